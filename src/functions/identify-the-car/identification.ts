import type { Ecu } from '../../openobd/wire/ecu.ts'
import type { FindingKey } from '../../shared/session.ts'
import type { EcuConversation, UdsReply } from '../function-session.ts'
import type { TranslatedText } from '../translated-text.ts'
import { texts } from './texts.ts'

/** How an ECU is asked for its identification. */
export interface Dialect {
  /** Service and the first byte of what the ECU is asked for. */
  readonly request: string
  /** What a positive answer begins with. */
  readonly answer: string
}

/** UDS: ReadDataByIdentifier, F1xx (ISO 14229-1, annex C). */
const uds: Dialect = { request: '22F1', answer: '62F1' }
/** KWP2000: ReadEcuIdentification (ISO 14230-3), whose options have the numbers that UDS took over behind F1. */
const kwp2000: Dialect = { request: '1A', answer: '5A' }

/** The ways to ask an ECU, the usual one of its transport first. */
export const dialectsOf = (transport: Ecu['kind']): readonly Dialect[] =>
  transport === 'kline' || transport === 'tp20' ? [kwp2000, uds] : [uds, kwp2000]

/** One piece of identification and the number that holds it. */
export interface IdentificationItem {
  readonly number: string
  readonly key: FindingKey
  readonly name: TranslatedText
}

const vinNumber = '90'
/** What the ECU calls itself. */
const systemNameNumber = '97'

/** What is read of every ECU besides its VIN, in the order in which it is shown. */
export const identificationItems: readonly IdentificationItem[] = [
  { number: '87', key: 'part-number', name: texts.partNumber },
  { number: '88', key: 'software-number', name: texts.softwareNumber },
  { number: '89', key: 'software-version', name: texts.softwareVersion },
  { number: '91', key: 'hardware-number', name: texts.hardwareNumber },
  { number: '8C', key: 'serial-number', name: texts.serialNumber },
]
/** With KWP2000 a maker may put what it likes here; most put the part number and what the ECU is. */
const makersItem: IdentificationItem = { number: '9B', key: 'identification', name: texts.identification }

/** What one number gave. `unsupported`: the ECU does not have it; `no-service`: it does not know the way of asking. */
export type ItemReading =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'unsupported' | 'no-service' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'no-answer' }

/** What one ECU said about itself. */
export interface EcuIdentification {
  readonly answered: boolean
  readonly systemName?: string
  readonly vin?: ItemReading
  readonly items: readonly (Pick<IdentificationItem, 'key' | 'name'> & { readonly reading: ItemReading })[]
}

const serviceNotSupported = 0x11
const unsupportedCodes = new Set([0x12, 0x31])
const attempts = 2

/** Reads one item; an answer that belongs to another request or none at all is asked for once more, which a read allows. */
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

/** Longer values are cut: identification is meant to be read, and whatever an ECU sends has to fit a screen. */
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
 * Reads all identification of one ECU. An ECU that does not answer the first question is not asked the others, and one that does
 * not know the first way of asking is asked in the second.
 * `onAnswered` is called once, as soon as it is known that the ECU answers and what it calls itself.
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
  const wanted = dialect === kwp2000 ? [makersItem, ...identificationItems] : identificationItems
  const items = []
  for (const { number, key, name } of wanted) {
    items.push({ key, name, reading: await readItem(conversation, dialect, number) })
  }
  return { answered: true, systemName, vin, items }
}

/** Asks for the system name, in the next way when the ECU knows none so far; undefined when it is silent. */
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
