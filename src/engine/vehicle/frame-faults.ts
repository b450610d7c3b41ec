import type { Delivery, FrameFault } from './can-bus.ts'
import type { CanFrame } from './can-frame.ts'

/** What happens to the frames a rule picks. */
export type FrameFaultKind = 'lost' | 'late' | 'reordered' | 'duplicated' | 'wrong-sequence'

/** Which frames a rule picks and what it does with them. */
export interface FrameFaultRule {
  readonly kind: FrameFaultKind
  /** Only frames with this identifier; absent: every frame. */
  readonly id?: number
  /** Only ISO-TP frames of this kind; absent: every kind. */
  readonly frames?: 'first' | 'consecutive' | 'flow-control' | 'single'
  /** Probability from 0 to 1 that a matching frame is picked (default 1). */
  readonly probability?: number
  /** Ends the rule after so many picked frames; absent: never. */
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

/** Turns rules into the bus's fault hook; the first rule that picks a frame decides about it. */
export function frameFault(rules: readonly FrameFaultRule[], random: () => number): FrameFault {
  const armed = rules.map((rule) => ({ rule, left: rule.count ?? Number.POSITIVE_INFINITY }))
  let heldBack: { frame: CanFrame; sender: string } | undefined
  return (frame, sender) => {
    const before = heldBack?.sender === sender ? heldBack.frame : undefined
    if (before) {
      heldBack = undefined
      return [at(frame), at(before)]
    }
    const picked = armed.find(({ rule, left }) => left > 0 && picks(rule, frame, random))
    if (!picked) return [at(frame)]
    picked.left -= 1
    if (picked.rule.kind === 'reordered') {
      heldBack = { frame, sender }
      return []
    }
    return tampered(picked.rule, frame)
  }
}

function tampered(rule: FrameFaultRule, frame: CanFrame): readonly Delivery[] {
  if (rule.kind === 'lost') return []
  if (rule.kind === 'duplicated') return [at(frame), at(frame)]
  if (rule.kind === 'wrong-sequence') return [at(misnumbered(frame))]
  return [at(frame, rule.delayMs ?? 1500)]
}

function picks(rule: FrameFaultRule, frame: CanFrame, random: () => number): boolean {
  if (rule.id !== undefined && rule.id !== frame.id) return false
  const wanted = rule.kind === 'wrong-sequence' ? 'consecutive' : rule.frames
  if (wanted !== undefined && wanted !== isotpKind(frame)) return false
  return rule.probability === undefined || random() < rule.probability
}

/** With extended addresses the control byte comes second; a byte above 0x3F cannot be a control byte of ISO 15765-2. */
function controlAt({ data }: CanFrame): 0 | 1 {
  return (data[0] ?? 0) > 0x3f ? 1 : 0
}

function isotpKind(frame: CanFrame) {
  return isotpKinds[(frame.data[controlAt(frame)] ?? 0) >> 4]
}

/** A consecutive frame with a number that no frame near it has. */
function misnumbered(frame: CanFrame): CanFrame {
  const index = controlAt(frame)
  const control = frame.data[index] ?? 0
  return { ...frame, data: frame.data.slice().fill((control & 0xf0) | ((control + 7) & 0x0f), index, index + 1) }
}

function at(frame: CanFrame, delayMs = 0): Delivery {
  return { frame, delayMs }
}
