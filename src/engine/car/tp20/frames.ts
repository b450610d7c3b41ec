/**
 * Frames of TP2.0 (SAE J2819; described publicly by Jared Wiltshire, jazdw.net/tp20, and icanhack.nl, "VW TP 2.0"): set-up of
 * a channel, its parameters, data, acknowledgements, test and disconnect.
 */

/** Identifier of all channel requests; an ECU answers on it plus its logical address. */
export const setupId = 0x200
/** Diagnosis (KWP2000) among the applications of TP2.0. */
export const diagnosisApplication = 0x01

/** Opcodes of the set-up. */
export const setup = { request: 0xc0, accepted: 0xd0, wrongApplication: 0xd6, notNow: 0xd7, noResources: 0xd8 } as const
/** Opcodes within an open channel, besides data and acknowledgements. */
export const control = { parameters: 0xa0, answer: 0xa1, test: 0xa3, break: 0xa4, disconnect: 0xa8 } as const

/** Upper half of the first byte of data: whether an acknowledgement is requested, and whether the message ends here. */
export const dataKind = { askMore: 0x0, askLast: 0x1, more: 0x2, last: 0x3 } as const
/** Upper half of the first byte of an acknowledgement. */
export const acknowledgement = { notReady: 0x9, ready: 0xb } as const

/** Parameters that one side of a channel requests from the other. */
export interface ChannelParameters {
  /** Frames after which it acknowledges. */
  readonly blockSize: number
  /** How long the other side waits for its acknowledgement, in milliseconds. */
  readonly t1Ms: number
  /** Pause between two frames to it, in milliseconds. */
  readonly t3Ms: number
}

const unitsMs = [0.1, 1, 10, 100]

/** Encodes a time in the form of TP2.0: two bits of unit (0.1, 1, 10, 100 ms), six bits of count. */
export function timeByte(milliseconds: number): number {
  for (const [index, unit] of unitsMs.entries()) {
    const count = Math.round(milliseconds / unit)
    if (count <= 0x3f && (Math.abs(count * unit - milliseconds) < 1e-9 || index === 3)) return (index << 6) | count
  }
  return 0xff
}

/** Milliseconds of a time byte; 0xFF means that the time is not used. */
export function timeOf(byte: number): number {
  return Math.round((unitsMs[byte >> 6] ?? 0) * (byte & 0x3f) * 10) / 10
}

/** A0 or A1: T2 and T4 are not used. */
export function parametersFrame(opcode: number, { blockSize, t1Ms, t3Ms }: ChannelParameters): Uint8Array {
  return Uint8Array.of(opcode, blockSize, timeByte(t1Ms), 0xff, timeByte(t3Ms), 0xff)
}

/** Parameters in an A0 or A1; undefined when the frame is too short or asks for impossible blocks. */
export function parametersOf(data: Uint8Array): ChannelParameters | undefined {
  const [, blockSize = 0, t1 = 0, , t3 = 0] = data
  if (data.length < 6 || blockSize < 1 || blockSize > 15) return undefined
  return { blockSize, t1Ms: timeOf(t1), t3Ms: timeOf(t3) }
}

/** C0: the tester requests to receive on `receiveId`; the ECU chooses the other identifier. */
export function setupRequest(address: number, receiveId: number): Uint8Array {
  return Uint8Array.of(address, setup.request, 0x00, 0x10, receiveId & 0xff, receiveId >> 8, diagnosisApplication)
}

/** D0: the ECU sends on `sendId`, as requested, and listens on `receiveId`. */
export function setupAnswer(sendId: number, receiveId: number): Uint8Array {
  return Uint8Array.of(
    0x00,
    setup.accepted,
    sendId & 0xff,
    sendId >> 8,
    receiveId & 0xff,
    receiveId >> 8,
    diagnosisApplication,
  )
}

/** An identifier of a set-up; undefined when its upper bits mark it as invalid. */
export function identifierAt(data: Uint8Array, offset: number): number | undefined {
  const low = data[offset] ?? 0
  const high = data[offset + 1] ?? 0x10
  return high > 0x07 ? undefined : (high << 8) | low
}
