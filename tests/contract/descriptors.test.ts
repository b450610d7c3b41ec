import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { differences, type NormalForm, normalFormOf } from './normal-form.ts'
import { runPython } from './python.ts'

const descriptorFile = join(import.meta.dirname, '../../src/openobd/generated/descriptor.json')
let official: NormalForm
let ours: NormalForm

beforeAll(() => {
  official = JSON.parse(runPython('official_descriptors.py')) as NormalForm
  ours = normalFormOf(JSON.parse(readFileSync(descriptorFile, 'utf8')) as object, 'openOBD.v1')
})

/** A copy of our form with one error. */
function spoilt(change: (form: NormalForm) => void): NormalForm {
  const copy = structuredClone(ours)
  change(copy)
  return copy
}

describe('our openOBD.v1', () => {
  it('is described completely on both sides', () => {
    expect(Object.keys(official.services)).toHaveLength(15)
    expect(Object.keys(official.messages).length).toBeGreaterThan(60)
    expect(Object.keys(official.enums).length).toBeGreaterThan(15)
  })

  // @proves Protocol and engine: `proto/openobd/v1` does not differ from the official descriptors
  it('does not differ from the official descriptors', () => {
    expect(differences(ours, official)).toEqual([])
  })

  it.each<[string, (form: NormalForm) => void, string]>([
    [
      'a missing rpc',
      (form) => Reflect.deleteProperty(form.services['openOBD.v1.session'] ?? {}, 'finish'),
      '/services/openOBD.v1.session/finish',
    ],
    [
      'a wrong number',
      (form) => Object.assign(form.messages['openOBD.v1.Numbers']?.answer ?? {}, { number: 4 }),
      'Numbers/answer/number',
    ],
    [
      'a wrong type',
      (form) => Object.assign(form.messages['openOBD.v1.SessionInfo']?.grpc_port ?? {}, { type: 'int32' }),
      'grpc_port/type',
    ],
    [
      'a lost presence',
      (form) => Object.assign(form.messages['openOBD.v1.YesNo']?.answer ?? {}, { optional: false }),
      'YesNo/answer/optional',
    ],
    [
      'a wrong label',
      (form) => Object.assign(form.messages['openOBD.v1.EcuList']?.ecus ?? {}, { repeated: false }),
      'EcuList/ecus/repeated',
    ],
    [
      'a field outside of its oneof',
      (form) => Object.assign(form.messages['openOBD.v1.Control']?.control_yesno ?? {}, { oneof: null }),
      'control_yesno/oneof',
    ],
    [
      'a wrong enum number',
      (form) => Object.assign(form.enums['openOBD.v1.UserFeedback'] ?? {}, { USER_FEEDBACK_FAILURE: 2 }),
      'USER_FEEDBACK_FAILURE',
    ],
    [
      'a missing enum value',
      (form) => Reflect.deleteProperty(form.enums['openOBD.v1.Result'] ?? {}, 'RESULT_FAILURE'),
      'Result/RESULT_FAILURE',
    ],
    [
      'a wrong direction',
      (form) => Object.assign(form.services['openOBD.v1.config']?.configureBus ?? {}, { requestStream: false }),
      'configureBus/requestStream',
    ],
    [
      'an extra message',
      (form) => Object.assign(form.messages, { 'openOBD.v1.Extra': { a: { number: 1 } } }),
      'openOBD.v1.Extra',
    ],
  ])('would be found out by %s', (_title, change, path) => {
    const found = differences(spoilt(change), official)
    expect(found.length).toBeGreaterThan(0)
    expect(found.every((line) => line.includes(path))).toBe(true)
  })
})
