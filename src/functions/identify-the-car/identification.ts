import type { IsotpConversation, UdsReply } from '../function-session.ts'
import type { TranslatedText } from '../translated-text.ts'
import { texts } from './texts.ts'

/** One piece of identification and the data identifier that holds it (ISO 14229-1, annex C). */
export interface IdentificationItem {
  readonly did: string
  readonly name: TranslatedText
}

const vinDid = 'F190'
/** What the ECU calls itself. */
const systemNameDid = 'F197'

/** What is read of every ECU besides its VIN, in the order in which it is shown. */
export const identificationItems: readonly IdentificationItem[] = [
  { did: 'F187', name: texts.partNumber },
  { did: 'F188', name: texts.softwareNumber },
  { did: 'F189', name: texts.softwareVersion },
  { did: 'F191', name: texts.hardwareNumber },
  { did: 'F18C', name: texts.serialNumber },
]

/** What one data identifier gave. `unsupported`: the ECU does not have it. */
export type ItemReading =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'no-answer' }

/** What one ECU said about itself. */
export interface EcuIdentification {
  readonly answered: boolean
  readonly systemName?: string
  readonly vin?: ItemReading
  readonly items: readonly { readonly name: TranslatedText; readonly reading: ItemReading }[]
}

const unsupportedCodes = new Set([0x11, 0x12, 0x31])
const attempts = 2

/** Reads a data identifier; an answer that belongs to another request or none at all is asked for once more, which a read allows. */
async function readDid(conversation: IsotpConversation, did: string): Promise<ItemReading> {
  let last: ItemReading = { kind: 'no-answer' }
  for (let attempt = 1; attempt <= attempts; attempt++) {
    last = readingOf(await conversation.request(`22${did}`), did)
    if (last.kind !== 'no-answer' && last.kind !== 'unreadable') break
  }
  return last
}

function readingOf(reply: UdsReply, did: string): ItemReading {
  if (reply.kind === 'silent') return { kind: 'no-answer' }
  if (reply.kind === 'negative') {
    return unsupportedCodes.has(reply.code) ? { kind: 'unsupported' } : { kind: 'refused', code: reply.code }
  }
  if (reply.kind === 'unreadable' || !reply.payload.startsWith(`62${did}`)) return { kind: 'unreadable' }
  return { kind: 'value', text: readableText(reply.payload.slice(6)) }
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
 * Reads all identification of one ECU. An ECU that does not answer the first question is not asked the others.
 * `onAnswered` is called once, as soon as it is known that the ECU answers and what it calls itself.
 */
export async function identifyEcu(
  conversation: IsotpConversation,
  onAnswered: (systemName: string | undefined) => void,
): Promise<EcuIdentification> {
  const nameReading = await readDid(conversation, systemNameDid)
  if (nameReading.kind === 'no-answer') return { answered: false, items: [] }
  const systemName = nameReading.kind === 'value' && nameReading.text !== '' ? nameReading.text : undefined
  onAnswered(systemName)
  const vin = await readDid(conversation, vinDid)
  const items = []
  for (const { did, name } of identificationItems) items.push({ name, reading: await readDid(conversation, did) })
  return { answered: true, systemName, vin, items }
}
