import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MalformedMessage } from '../failure.ts'
import { sessionTokenFromWire } from '../session/session-service.ts'
import { changedMessages, hostileMessages, saneMessage } from '../testing/hostile-messages.ts'
import { Token } from '../token.ts'
import { busFromWire } from './bus-configuration.ts'
import { canBusFromWire } from './can-bus.ts'
import { configuredChannelFromWire } from './configured-channel.ts'
import { connectorInformationFromWire } from './connector-information.ts'
import { screenControlFromWire } from './control.ts'
import { controlAnswerFromWire } from './control-answer.ts'
import { doipBusFromWire } from './doip-bus.ts'
import { ecuFromWire } from './ecu.ts'
import { isotpChannelFromWire } from './isotp-channel.ts'
import { klineBusFromWire } from './kline-bus.ts'
import { neededNumber, readableItems, watchUnusableFields } from './plausible.ts'
import { productDetailsFromWire } from './product-details.ts'
import { answerReceiptFromWire } from './prompt-answer.ts'
import { scriptLogLineFromWire } from './script-log-line.ts'
import { serviceResultFromWire } from './service-result.ts'
import { sessionInfoFromWire } from './session-info.ts'
import { contextRecordFromWire, sessionRecordFromWire, transitionFromWire } from './session-record.ts'
import { sessionUpdateFromWire } from './session-update.ts'
import { promptEndFromWire, shownPromptFromWire } from './shown-prompt.ts'
import { variableFromWire } from './variable.ts'
import { vehicleDetailsFromWire } from './vehicle-details.ts'
import { workshopConnectorFromWire } from './workshop-connector.ts'
import { workshopEventFromWire } from './workshop-event.ts'
import { workshopTicketFromWire } from './workshop-ticket.ts'

const answerKinds = ['yesno', 'options', 'number', 'freetext', 'continue'] as const
const controlAnswersFromWire = (wire: never) => answerKinds.map((kind) => controlAnswerFromWire(kind, wire))

/** Each reader of a whole message, with its message. */
const readers: Readonly<Record<string, readonly [string, (wire: never) => unknown]>> = {
  busFromWire: ['openOBD.v1.BusConfiguration', busFromWire],
  canBusFromWire: ['openOBD.v1.CanBus', canBusFromWire],
  configuredChannelFromWire: ['openOBD.v1.ConfiguredChannel', configuredChannelFromWire],
  connectorInformationFromWire: ['openOBD.v1.ConnectorInformation', connectorInformationFromWire],
  screenControlFromWire: ['openOBD.v1.Control', screenControlFromWire],
  controlAnswerFromWire: ['openOBD.v1.Control', controlAnswersFromWire],
  doipBusFromWire: ['openOBD.v1.DoipBus', doipBusFromWire],
  ecuFromWire: ['openOBD.v1.Ecu', ecuFromWire],
  isotpChannelFromWire: ['openOBD.v1.IsotpChannel', isotpChannelFromWire],
  klineBusFromWire: ['openOBD.v1.KlineBus', klineBusFromWire],
  productDetailsFromWire: ['openOBD.v1.ProductDetails', productDetailsFromWire],
  answerReceiptFromWire: ['workbench.v1.AnswerReceipt', answerReceiptFromWire],
  scriptLogLineFromWire: ['workbench.v1.ScriptLogLine', scriptLogLineFromWire],
  serviceResultFromWire: ['openOBD.v1.ServiceResult', serviceResultFromWire],
  sessionInfoFromWire: ['openOBD.v1.SessionInfo', sessionInfoFromWire],
  sessionTokenFromWire: ['openOBD.v1.SessionToken', sessionTokenFromWire],
  transitionFromWire: ['workbench.v1.SessionTransition', transitionFromWire],
  contextRecordFromWire: ['workbench.v1.ContextRecord', contextRecordFromWire],
  sessionRecordFromWire: ['workbench.v1.SessionRecord', sessionRecordFromWire],
  sessionUpdateFromWire: ['workbench.v1.SessionUpdate', sessionUpdateFromWire],
  shownPromptFromWire: ['workbench.v1.Prompt', shownPromptFromWire],
  promptEndFromWire: ['workbench.v1.PromptEnded', promptEndFromWire],
  variableFromWire: ['openOBD.v1.Variable', variableFromWire],
  vehicleDetailsFromWire: ['openOBD.v1.VehicleDetails', vehicleDetailsFromWire],
  workshopConnectorFromWire: ['workbench.v1.Connector', workshopConnectorFromWire],
  workshopEventFromWire: ['workbench.v1.WorkshopEvent', workshopEventFromWire],
  workshopTicketFromWire: ['workbench.v1.Ticket', workshopTicketFromWire],
}
/** Readers of a text, an enum or a bearer. */
const withoutNumbers = [
  'logLevelFromWire',
  'sessionStateFromWire',
  'timestampFromWire',
  'tokenFromWire',
  'payloadFromWire',
]

/** Whether a reader uses a field. The sequence number is checked by the viewer, which asks for a new snapshot after a gap. */
const isRead = (reader: string, path: string): boolean =>
  reader === 'controlAnswerFromWire' ? path.endsWith('.answer') : !/(^sequence|\.answer|\.key_byte_\d)$/.test(path)

/**
 * Fields that no reader uses: the sequence number and answers, which others read, the scope of a variable, key bytes, and details of
 * a function except its name. A control without a target is for the customer.
 */
const unused =
  /^(sequence|type) |\.(answer|key_byte_\d|products\.0\.id|vehicles\.0\.id) |\bdetails\.(id|version|description|provider_id) |\btarget = INTERFACE_UNDEFINED$/

const latestMs = Date.UTC(10_000, 0, 1)

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  return Object.values(value).flatMap(numbersIn)
}

function watched(): string[] {
  const fields: string[] = []
  onTestFinished(watchUnusableFields((field) => void fields.push(field)))
  return fields
}

describe('numbers of foreign messages', () => {
  it('are read by no reader that is not tested here', () => {
    const folder = join(import.meta.dirname, '..')
    const exported = globSync('**/*.ts', { cwd: folder, exclude: ['generated/**'] }).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^export (?:const|function) (\w+FromWire)\b/gm)].map(
        (match) => match[1] ?? '',
      ),
    )
    expect(exported.sort()).toEqual([...Object.keys(readers), ...withoutNumbers].sort())
  })

  it.each(Object.entries(readers))(
    'pass through %s only as finite values in range, or refuse the message by name',
    (reader, [name, read]) => {
      const fields = watched()
      for (const { path, field, value, message } of hostileMessages(name)) {
        const told = fields.length
        let received: unknown
        try {
          received = read(message as never)
        } catch (error) {
          expect(error, `${path} = ${value}`).toBeInstanceOf(MalformedMessage)
        }
        for (const number of numbersIn(received)) {
          expect(number >= 0 && number < latestMs, `${path} = ${value} became ${number}`).toBe(true)
        }
        if (isRead(reader, path)) expect(fields.slice(told), `${path} = ${value} is not reported`).toContain(field)
      }
    },
  )

  it('that are sane are reported by nobody', () => {
    const fields = watched()
    for (const [name, read] of Object.values(readers)) {
      for (let variant = 0; variant < 8; variant += 1) read(saneMessage(name, variant) as never)
    }
    expect(fields).toEqual([])
  })

  it('name the field, not the value', () => {
    const fields = watched()
    expect(() => neededNumber('CanBus.pin_plus', Number.NaN, { minimum: 0, maximum: 16 })).toThrow(
      new MalformedMessage('CanBus', 'pin_plus', 'is out of range'),
    )
    expect(fields).toEqual(['CanBus.pin_plus'])
  })
})

/** What a reader makes of a message, as text; a refusal is a value, too. */
function readingOf(read: (wire: never) => unknown, message: unknown): string {
  try {
    return textOf(read(message as never))
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessage)
    return String(error)
  }
}

function textOf(value: unknown): string {
  if (value instanceof Token) return `token ${value.reveal()}`
  if (ArrayBuffer.isView(value)) return Buffer.from(value as Uint8Array).toString('hex')
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  return `{${Object.entries(value)
    .map(([name, item]) => `${name}:${textOf(item)}`)
    .join()}}`
}

describe('the fields of foreign messages', () => {
  it.each(Object.entries(readers))('all change what %s reads', (reader, [name, read]) => {
    const ignored = changedMessages(name)
      .filter(({ sane, message }) => readingOf(read, sane) === readingOf(read, message))
      .map(({ path, value }) => `${path} = ${String(value)}`)
    const isExpected = (change: string) =>
      reader === 'controlAnswerFromWire' ? !/\.answer /.test(change) : unused.test(change)
    expect(ignored.filter((change) => !isExpected(change))).toEqual([])
  })
})

/** Answers by kind, and fields of our own types that are there without a value when the message has none. */
const isAlwaysThere =
  /^\d$|(^|\.)(at|createdAt|startedAt|shownAt|requestId|responseId)$|^(session\.|snapshot\.sessions\.0\.)?acceptedFinishes$/

/** Where a value has a field without a value. */
function emptyFields(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Token) return []
  return Object.entries(value).flatMap(([name, item]) =>
    item === undefined ? [`${path}${name}`] : emptyFields(item, `${path}${name}.`),
  )
}

describe('what is absent or unusable in foreign messages', () => {
  it.each(Object.entries(readers))('is left out by %s', (_reader, [name, read]) => {
    watched()
    const messages = [...hostileMessages(name), ...changedMessages(name)].map(({ message }) => message)
    const found = messages.flatMap((message) => {
      try {
        return emptyFields(read(message as never))
      } catch {
        return []
      }
    })
    expect([...new Set(found)].filter((path) => !isAlwaysThere.test(path))).toEqual([])
  })
})

describe('a list of foreign messages', () => {
  it('loses only the items that cannot be read', () => {
    const fields = watched()
    expect(
      readableItems([{ number: '1' }, { number: '' }, { number: '3' }] as never[], workshopTicketFromWire),
    ).toEqual([expect.objectContaining({ number: '1' }), expect.objectContaining({ number: '3' })])
    expect(fields).toEqual(['Ticket.number'])
  })

  it('lets bugs through', () => {
    const broken = () => {
      throw new TypeError('a bug')
    }
    expect(() => readableItems([1], broken)).toThrow(TypeError)
  })
})
