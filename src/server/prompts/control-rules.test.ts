import { describe, expect, it } from 'vitest'
import type { Control__Output } from '../../openobd/generated/types/openOBD/v1/Control.ts'
import type { PromptAnswer__Output } from '../../openobd/generated/types/workbench/v1/PromptAnswer.ts'
import { serverLimits } from '../protocol-choices.ts'
import { answered, assertShowable, labelTimeMs, targetOf } from './control-rules.ts'

const control = (kind: string | undefined, value: object = {}, target = 'INTERFACE_USER') =>
  ({ target, translations: [], ControlType: kind, ...(kind ? { [kind]: value } : {}) }) as unknown as Control__Output
const answer = (choice: string | undefined, value?: unknown) =>
  ({
    prompt_id: 'p',
    answer_id: 'a',
    choice,
    ...(choice ? { [choice]: value } : {}),
  }) as unknown as PromptAnswer__Output

const yesno = control('control_yesno', { label: 'On?' })
const goOn = control('control_continue', { label: 'Go on' })
const text = control('control_freetext', { label: 'Name' })
const options = control('control_options', { label: 'Which?', options: ['a', 'b'] })
const number = control('control_number', { label: 'How many?', minimum: -1, maximum: 3 })

describe('the target of a control', () => {
  it.each([
    ['INTERFACE_UNDEFINED', 'customer'],
    ['INTERFACE_USER', 'customer'],
    ['INTERFACE_OPERATOR', 'operator'],
  ])('%s is the %s', (target, expected) => expect(targetOf(control('control_yesno', {}, target))).toBe(expected))

  it('of a newer protocol is refused, before anything is shown', () => {
    const newer = control('control_yesno', {}, 'INTERFACE_ROBOT')
    expect(() => targetOf(newer)).toThrow('the target of the control is not defined')
    expect(() => assertShowable(newer)).toThrow(expect.objectContaining({ kind: 'invalid-argument' }))
  })
})

describe('a control', () => {
  it.each([
    yesno,
    goOn,
    text,
    options,
    number,
    control('control_label', {}),
    control('control_number', { minimum: 2, maximum: 2 }),
  ])('is shown when somebody can answer it: %j', (one) => expect(() => assertShowable(one)).not.toThrow())

  it.each([
    [control(undefined), 'the control has no type: one of control_label, control_options, … has to be set'],
    [control('control_options', { options: [] }), 'control_options needs at least one option'],
    [control('control_number', { minimum: 3, maximum: 2 }), 'control_number: minimum 3 is above maximum 2'],
  ])('%j is refused: %s', (one, message) => {
    expect(() => assertShowable(one)).toThrow(message)
  })

  it.each([
    [control('control_label', { minimal_display_time: 2 }), 2_000],
    [control('control_label', {}), 0],
    [control('control_label', { minimal_display_time: 99_999 }), serverLimits.sessionMs],
    [yesno, undefined],
  ])('%j has the display time %s', (one, ms) => expect(labelTimeMs(one)).toBe(ms))
})

describe('an answer that fits', () => {
  it.each([
    [yesno, answer('yesno', true), { control_yesno: { label: 'On?', answer: true } }],
    [yesno, answer('yesno', false), { control_yesno: { label: 'On?', answer: false } }],
    [goOn, answer('continued', true), {}],
    [text, answer('text', 'x'), { control_freetext: { label: 'Name', answer: 'x' } }],
    [options, answer('option', 0), { control_options: { label: 'Which?', options: ['a', 'b'], answer: 0 } }],
    [options, answer('option', 1), { control_options: { label: 'Which?', options: ['a', 'b'], answer: 1 } }],
    [number, answer('number', -1), { control_number: { label: 'How many?', minimum: -1, maximum: 3, answer: -1 } }],
    [number, answer('number', 3), { control_number: { label: 'How many?', minimum: -1, maximum: 3, answer: 3 } }],
  ])('%j is filled in by %j', (one, given, changed) => {
    expect(answered(one, given)).toEqual({ ...one, ...changed })
  })
})

describe('an answer that does not fit', () => {
  const kinds = { yesno: true, continued: true, text: 'x', option: 0, number: 0 }
  const asked: [Control__Output, keyof typeof kinds, string][] = [
    [yesno, 'yesno', 'yes or no is asked for'],
    [goOn, 'continued', 'to continue is asked for'],
    [text, 'text', 'a text is asked for, and not an empty one'],
    [options, 'option', 'an option is asked for'],
    [number, 'number', 'a number is asked for'],
  ]

  it.each(asked)('%j: it is no answer of another kind, none without a value and none at all', (one, kind, unfit) => {
    for (const [other, value] of Object.entries(kinds))
      if (other !== kind) expect(answered(one, answer(other, value))).toEqual({ unfit })
    expect(answered(one, answer(kind))).toEqual({ unfit })
    expect(answered(one, answer(undefined))).toEqual({ unfit })
  })

  it.each([
    [goOn, answer('continued', false), 'to continue is asked for'],
    [text, answer('text', ''), 'a text is asked for, and not an empty one'],
    [options, answer('option', 2), 'option 2 is not one of 0 to 1'],
    [number, answer('number', -2), '-2 is not within -1 to 3'],
    [number, answer('number', 4), '4 is not within -1 to 3'],
    [control('control_label', {}), answer('continued', true), 'this control takes no answer'],
    [control(undefined), answer('continued', true), 'this control takes no answer'],
  ])('%j with %j: %s', (one, given, unfit) => expect(answered(one, given)).toEqual({ unfit }))
})
