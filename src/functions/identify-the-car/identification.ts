import type { Ecu } from '../../openobd/wire/ecu.ts'
import type { FindingKey } from '../../shared/session.ts'
import type { EcuConversation, UdsReply } from '../function-session.ts'
import type { TranslatedText } from '../translated-text.ts'
import { texts } from './texts.ts'

/** The protocol by which an ECU reports its identification. */
export interface Dialect {
  /** First bytes of the request: the service and, in UDS, the first byte of the identifier. */
  readonly request: string
  /** First bytes of a positive answer. */
  readonly answer: string
}

/** UDS: ReadDataByIdentifier, F1xx (ISO 14229-1, annex C). */
const uds: Dialect = { request: '22F1', answer: '62F1' }
/** KWP2000: ReadEcuIdentification (ISO 14230-3). Its option numbers equal the second byte of the UDS identifiers F1xx. */
const kwp2000: Dialect = { request: '1A', answer: '5A' }

/** The dialects to try, the usual one of the transport first. */
export const dialectsOf = (transport: Ecu['kind']): readonly Dialect[] =>
  transport === 'kline' || transport === 'tp20' ? [kwp2000, uds] : [uds, kwp2000]

/** One identification value and its number. */
export interface IdentificationItem {
  readonly number: string
  readonly key: FindingKey
  readonly name: TranslatedText
}

const vinNumber = '90'
/** The name that the ECU reports for itself. */
const systemNameNumber = '97'

/** The values read from every ECU besides its VIN, in display order. */
export const identificationItems: readonly IdentificationItem[] = [
  { number: '87', key: 'part-number', name: texts.partNumber },
  { number: '88', key: 'software-number', name: texts.softwareNumber },
  { number: '89', key: 'software-version', name: texts.softwareVersion },
  { number: '91', key: 'hardware-number', name: texts.hardwareNumber },
  { number: '8C', key: 'serial-number', name: texts.serialNumber },
]
/** In KWP2000 the manufacturer defines this option; most store the part number and the ECU type. */
const manufacturerItem: IdentificationItem = { number: '9B', key: 'identification', name: texts.identification }

/** The result of reading one number. `unsupported`: the ECU does not have it · `no-service`: the ECU does not know the service. */
export type ItemReading =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'unsupported' | 'no-service' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'no-answer' }

/** The identification of one ECU. */
export interface EcuIdentification {
  readonly answered: boolean
  readonly systemName?: string
  readonly vin?: ItemReading
  readonly items: readonly (Pick<IdentificationItem, 'key' | 'name'> & { readonly reading: ItemReading })[]
}

const serviceNotSupported = 0x11
const unsupportedCodes = new Set([0x12, 0x31])
const attempts = 2

/** Reads one item. Without an answer, or with the answer to another request, it asks once more: a read is safe to repeat. */
async function readItem(conversation: EcuConversation, dialect: Dialect, number: string): Promise<ItemReading> {
  let last: ItemReading = { kind: 'no-answer' }
  for (let attempt = 1; attempt <= attempts; attempt++) {
    last = readingOf(await conversation.request(`${dialect.request}${number}`), `${dialect.answer}${number}`)
    if (last.kind !== 'no-answer' && last.kind !== 'unreadable') break
  }
  return last
}

function readingOf(reply: UdsReply, beginning: string): ItemReading {
  if (reply.kind === 'silent') return { kind: 'no-answer' }
  if (reply.kind === 'negative') {
    if (reply.code === serviceNotSupported) return { kind: 'no-service' }
    return unsupportedCodes.has(reply.code) ? { kind: 'unsupported' } : { kind: 'refused', code: reply.code }
  }
  if (reply.kind === 'unreadable' || !reply.payload.startsWith(beginning)) return { kind: 'unreadable' }
  return { kind: 'value', text: readableText(reply.payload.slice(beginning.length)) }
}

/** Longer values are cut, so that every value fits the screen. */
const longestText = 120

/** Identification bytes as text where they are text, else as hex pairs; padding at both ends is dropped. */
export function readableText(hex: string): string {
  const text = wholeText(hex)
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text
}

function wholeText(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  const isPadding = (byte: number | undefined) => byte === 0x00 || byte === 0x20 || byte === 0xff
  let start = 0
  let end = bytes.length
  while (start < end && isPadding(bytes[start])) start++
  while (end > start && isPadding(bytes[end - 1])) end--
  const core = bytes.subarray(start, end)
  if (core.length > 0 && core.every((byte) => byte >= 0x20 && byte < 0x7f)) return core.toString('latin1')
  return (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join(' ')
}

/** Whether a text can be a VIN (ISO 3779): 17 characters without I, O and Q. */
export const isVin = (text: string) => /^[A-HJ-NPR-Z0-9]{17}$/.test(text)

/**
 * Reads the identification of one ECU. Without an answer to the first request no other is sent; an ECU that does not know the
 * first dialect is asked in the second. `onAnswered` is called once, as soon as the ECU has answered and its name is known.
 */
export async function identifyEcu(
  conversation: EcuConversation,
  dialects: readonly Dialect[],
  onAnswered: (systemName: string | undefined) => void,
): Promise<EcuIdentification> {
  const first = await firstReading(conversation, dialects)
  if (first === undefined) return { answered: false, items: [] }
  const { dialect, reading: nameReading } = first
  const systemName = nameReading.kind === 'value' && nameReading.text !== '' ? nameReading.text : undefined
  onAnswered(systemName)
  if (nameReading.kind === 'no-service') return { answered: true, items: [] }
  const vin = await readItem(conversation, dialect, vinNumber)
  const wanted = dialect === kwp2000 ? [manufacturerItem, ...identificationItems] : identificationItems
  const items = []
  for (const { number, key, name } of wanted) {
    items.push({ key, name, reading: await readItem(conversation, dialect, number) })
  }
  return { answered: true, systemName, vin, items }
}

/** Reads the system name, in the next dialect when the ECU does not know the first; undefined when the ECU is silent. */
async function firstReading(
  conversation: EcuConversation,
  dialects: readonly Dialect[],
): Promise<{ dialect: Dialect; reading: ItemReading } | undefined> {
  let first: { dialect: Dialect; reading: ItemReading } | undefined
  for (const dialect of dialects) {
    const reading = await readItem(conversation, dialect, systemNameNumber)
    if (reading.kind === 'no-answer') return first
    first = { dialect, reading }
    if (reading.kind !== 'no-service') return first
  }
  return first
}
