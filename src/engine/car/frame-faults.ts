import type { Delivery, FrameFault } from './can-bus.ts'
import type { CanFrame } from './can-frame.ts'
import type { FrameUse } from './frame-use.ts'

/** Effect of a rule on the frames that it matches. */
export type FrameFaultKind = 'lost' | 'late' | 'reordered' | 'duplicated' | 'wrong-sequence'

/** Protocols with numbered frames, all of them or one. */
export const conversations = ['conversations', 'isotp', 'tp20'] as const
/** What a rule can be limited to. */
export const traffics = [...conversations, 'broadcasts', 'all'] as const

/** Which frames a rule matches and its effect. */
export interface FrameFaultRule {
  readonly kind: FrameFaultKind
  /** Matches this identifier exactly; frames of unknown users are treated as ISO-TP. */
  readonly id?: number
  /** Only such traffic; absent: all with the identifier, else ISO-TP for a wrong sequence number and conversations for the rest. */
  readonly traffic?: (typeof traffics)[number]
  /** Only ISO-TP frames of this kind; absent: every kind. */
  readonly frames?: 'first' | 'consecutive' | 'flow-control' | 'single'
  /** Probability from 0 to 1 that a matching frame is picked (default 1). */
  readonly probability?: number
  /** Ends the rule after this many matched frames; absent: never. */
  readonly count?: number
  /** Delay of a late frame in milliseconds (default 1500, beyond N_Cr). */
  readonly delayMs?: number
}

/** A small seeded random source (xorshift), so that a run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 0x9e3779b9
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 0x1_0000_0000
  }
}

const isotpKinds = ['single', 'first', 'consecutive', 'flow-control'] as const

/** Turns rules into the fault hook of a bus; the first rule that matches a frame decides. */
export function frameFault(rules: readonly FrameFaultRule[], random: () => number): FrameFault {
  const armed = rules.map((rule) => ({ rule, left: rule.count ?? Number.POSITIVE_INFINITY }))
  const heldBack = new Map<string, CanFrame>()
  return (frame, sender, use) => {
    // Broadcasts of an ECU under another identifier do not change places with frames of its answer.
    const neighbours = `${frame.id} ${sender}`
    const before = heldBack.get(neighbours)
    if (before) {
      heldBack.delete(neighbours)
      return [at(frame), at(before)]
    }
    const picked = armed.find(({ rule, left }) => left > 0 && picks(rule, frame, use, random))
    if (!picked) return [at(frame)]
    picked.left -= 1
    if (picked.rule.kind === 'reordered') {
      heldBack.set(neighbours, frame)
      return []
    }
    return tampered(picked.rule, frame, use)
  }
}

function tampered(rule: FrameFaultRule, frame: CanFrame, use: FrameUse | undefined): readonly Delivery[] {
  if (rule.kind === 'lost') return []
  if (rule.kind === 'duplicated') return [at(frame), at(frame)]
  if (rule.kind === 'wrong-sequence') return [at(misnumbered(frame, sequenceIndex(frame, meantUse(rule, frame, use))))]
  return [at(frame, rule.delayMs ?? 1500)]
}

function picks(rule: FrameFaultRule, frame: CanFrame, use: FrameUse | undefined, random: () => number): boolean {
  if (rule.id !== undefined && rule.id !== frame.id) return false
  const meant = meantUse(rule, frame, use)
  if (!isOfTraffic(trafficOf(rule), meant)) return false
  if (rule.kind === 'wrong-sequence' && sequenceIndex(frame, meant) === undefined) return false
  if (rule.frames !== undefined && rule.frames !== isotpKind(frame, meant)) return false
  return rule.probability === undefined || random() < rule.probability
}

function trafficOf({ id, kind, traffic }: FrameFaultRule) {
  if (traffic !== undefined || id !== undefined) return traffic ?? 'all'
  return kind === 'wrong-sequence' ? 'isotp' : 'conversations'
}

function isOfTraffic(traffic: (typeof traffics)[number], use: FrameUse | undefined): boolean {
  switch (traffic) {
    case 'all':
      return true
    case 'conversations':
      return use !== undefined && use.kind !== 'broadcast'
    case 'isotp':
      return use?.kind === 'isotp'
    case 'tp20':
      return use?.kind === 'tp20-setup' || use?.kind === 'tp20-channel'
    case 'broadcasts':
      return use?.kind === 'broadcast'
  }
}

/** An identifier that no known node uses belongs to a foreign tool; its frames are treated as ISO-TP. */
function meantUse(rule: FrameFaultRule, frame: CanFrame, use: FrameUse | undefined): FrameUse | undefined {
  if (use !== undefined || rule.id === undefined) return use
  // A byte above 0x3F cannot be a control byte of ISO 15765-2, so it is an extended address.
  const [first = 0] = frame.data
  return { kind: 'isotp', extendedAddress: first > 0x3f ? first : undefined }
}

function controlIndex(use: FrameUse & { kind: 'isotp' }): 0 | 1 {
  return use.extendedAddress === undefined ? 0 : 1
}

function isotpKind(frame: CanFrame, use: FrameUse | undefined) {
  const control = use?.kind === 'isotp' ? frame.data[controlIndex(use)] : undefined
  return control === undefined ? undefined : isotpKinds[control >> 4]
}

/** Highest upper half of the first byte of data in a TP2.0 channel; acknowledgements and the rest are above. */
const highestTp20Data = 0x3

/** Where the byte with the sequence number is; undefined in a frame that has none. */
function sequenceIndex(frame: CanFrame, use: FrameUse | undefined): 0 | 1 | undefined {
  if (use?.kind === 'isotp') return isotpKind(frame, use) === 'consecutive' ? controlIndex(use) : undefined
  const isData = use?.kind === 'tp20-channel' && (frame.data[0] ?? 0xff) >> 4 <= highestTp20Data
  return isData ? 0 : undefined
}

/** The frame with a sequence number that no frame near it has. */
function misnumbered(frame: CanFrame, index = 0): CanFrame {
  const control = frame.data[index] ?? 0
  return { ...frame, data: frame.data.slice().fill((control & 0xf0) | ((control + 7) & 0x0f), index, index + 1) }
}

function at(frame: CanFrame, delayMs = 0): Delivery {
  return { frame, delayMs }
}
