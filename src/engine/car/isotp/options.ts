/** Time limits of ISO 15765-2 in milliseconds. */
export interface IsotpTimeouts {
  /** A frame handed to the bus is acknowledged. */
  readonly nAs: number
  /** The receiver's flow control arrives. */
  readonly nBs: number
  /** The next consecutive frame arrives. */
  readonly nCr: number
}

/** The limits that ISO 15765-2 names for CAN. */
const standardTimeouts: IsotpTimeouts = { nAs: 1000, nBs: 1000, nCr: 1000 }

/** What an ISO-TP endpoint does with frames shorter than eight bytes that it receives. */
export type ReceivedPadding = 'any' | 'required'

/** How one side of an ISO-TP conversation behaves. */
export interface IsotpOptions {
  /** Identifier of the frames this side sends. */
  readonly sendId: number
  /** Identifier of its flow control frames when it differs (functional requests are answered physically). */
  readonly flowControlId?: number
  /** Extended address byte in front of every frame sent. */
  readonly sendAddress?: number
  /** Extended address byte that received frames must carry. */
  readonly receiveAddress?: number
  /** Fill byte of padded frames. */
  readonly padByte: number
  /** Whether frames are filled to eight bytes. */
  readonly sendPadding: 'on' | 'off' | 'as-the-other-side'
  readonly receivedPadding: ReceivedPadding
  /** Consecutive frames after which this side, receiving, sends another flow control; 0: never. */
  readonly blockSize: number
  /** Least time between two consecutive frames that this side, receiving, asks for. */
  readonly separationTimeMs: number
  /** WAIT frames that this side sends before each permission to continue. */
  readonly waitFrames: number
  /** Time between those WAIT frames. */
  readonly waitFrameEveryMs: number
  /** WAIT frames that this side, sending, accepts in a row before it gives up. */
  readonly acceptedWaitFrames: number
  /** Longest payload this side takes; a longer one is refused with an overflow. */
  readonly longestPayload: number
  readonly timeouts: IsotpTimeouts
}

/** Defaults for both roles; identifiers have to be given. */
export const isotpDefaults: Omit<IsotpOptions, 'sendId'> = {
  padByte: 0xcc,
  sendPadding: 'on',
  receivedPadding: 'any',
  blockSize: 0,
  separationTimeMs: 0,
  waitFrames: 0,
  waitFrameEveryMs: 300,
  acceptedWaitFrames: 16,
  longestPayload: 4095,
  timeouts: standardTimeouts,
}

/** Why a payload could not be sent or received, in the terms of ISO 15765-2. */
export type IsotpFailure =
  | 'not-acknowledged'
  | 'no-flow-control'
  | 'too-many-waits'
  | 'receiver-overflow'
  | 'invalid-flow-status'
  | 'wrong-sequence-number'
  | 'consecutive-frame-missing'
  | 'interrupted-by-new-message'
  | 'payload-too-long'
  | 'closed'
