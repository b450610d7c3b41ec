import { type DoipMessage, type DoipMessageType, payloadType } from './messages.ts'

/** Bytes in front of every payload: version, inverted version, payload type, payload length. */
export const headerBytes = 8
/** Stands for "any version" in requests for vehicle identification. */
export const anyVersion = 0xff

/** The header of a message; `isSound` is false when version and inverted version do not fit together. */
export interface DoipHeader {
  readonly version: number
  readonly isSound: boolean
  readonly payloadType: number
  readonly length: number
}

/** Reads the header of at least eight bytes. */
export function decodeHeader(bytes: Uint8Array): DoipHeader {
  const view = viewOf(bytes)
  const version = view.getUint8(0)
  return {
    version,
    isSound: view.getUint8(1) === (version ^ 0xff),
    payloadType: view.getUint16(2),
    length: view.getUint32(4),
  }
}

/** A whole message with its header. */
export function encodeMessage(message: DoipMessage, version: number): Uint8Array {
  const payload = encodePayload(message)
  const bytes = new Uint8Array(headerBytes + payload.length)
  const view = viewOf(bytes)
  view.setUint8(0, version)
  view.setUint8(1, version ^ 0xff)
  view.setUint16(2, payloadType[message.type])
  view.setUint32(4, payload.length)
  bytes.set(payload, headerBytes)
  return bytes
}

function encodePayload(message: DoipMessage): Uint8Array {
  switch (message.type) {
    case 'headerNack':
      return Uint8Array.of(message.code)
    case 'identificationRequestByEid':
      return fromHex(message.eid)
    case 'identificationRequestByVin':
      return Buffer.from(message.vin, 'latin1')
    case 'vehicleAnnouncement': {
      const { vin, logicalAddress, eid, gid } = message
      const noFurtherAction = 0x00
      return Buffer.concat([
        Buffer.from(vin, 'latin1'),
        word(logicalAddress),
        fromHex(eid),
        fromHex(gid),
        Uint8Array.of(noFurtherAction),
      ])
    }
    case 'activationRequest':
      return Uint8Array.of(...word(message.source), message.activationType, 0, 0, 0, 0)
    case 'activationResponse':
      return Uint8Array.of(...word(message.tester), ...word(message.entity), message.code, 0, 0, 0, 0)
    case 'aliveCheckResponse':
      return word(message.source)
    case 'entityStatusResponse': {
      const { mostSockets, openSockets, longestMessage } = message
      const isGateway = 0x00
      return Uint8Array.of(
        isGateway,
        mostSockets,
        openSockets,
        ...word(longestMessage >>> 16),
        ...word(longestMessage & 0xffff),
      )
    }
    case 'powerModeResponse':
      return Uint8Array.of(message.isReady ? 1 : 0)
    case 'diagnosticMessage':
      return Buffer.concat([word(message.source), word(message.target), message.data])
    case 'diagnosticAck':
      return Uint8Array.of(...word(message.source), ...word(message.target), 0)
    case 'diagnosticNack':
      return Uint8Array.of(...word(message.source), ...word(message.target), message.code)
    case 'identificationRequest':
    case 'aliveCheckRequest':
    case 'entityStatusRequest':
    case 'powerModeRequest':
      return new Uint8Array()
  }
}

const typeNames = new Map<number, DoipMessageType>(
  Object.entries(payloadType).map(([name, number]) => [number, name as DoipMessageType]),
)

/** The name of a payload type; undefined for one that ISO 13400-2 does not define or that is not supported here. */
export function typeOf(number: number): DoipMessageType | undefined {
  return typeNames.get(number)
}

/** Fewest and most bytes of each payload; optional parts at the end (OEM data, echoes) may be absent. */
const lengths: Record<DoipMessageType, readonly (number | readonly [number, number])[]> = {
  headerNack: [1],
  identificationRequest: [0],
  identificationRequestByEid: [6],
  identificationRequestByVin: [17],
  vehicleAnnouncement: [32, 33],
  activationRequest: [7, 11],
  activationResponse: [9, 13],
  aliveCheckRequest: [0],
  aliveCheckResponse: [2],
  entityStatusRequest: [0],
  entityStatusResponse: [3, 7],
  powerModeRequest: [0],
  powerModeResponse: [1],
  diagnosticMessage: [[5, Number.MAX_SAFE_INTEGER]],
  diagnosticAck: [[5, Number.MAX_SAFE_INTEGER]],
  diagnosticNack: [[5, Number.MAX_SAFE_INTEGER]],
}

/** Whether a payload of this type can have this many bytes. */
export function isLengthPossible(type: DoipMessageType, length: number): boolean {
  return lengths[type].some((one) => (typeof one === 'number' ? one === length : one[0] <= length && length <= one[1]))
}

/** Reads a payload whose length {@link isLengthPossible}. */
export function decodePayload(type: DoipMessageType, payload: Uint8Array): DoipMessage {
  const view = viewOf(payload)
  const addresses = () => ({ source: view.getUint16(0), target: view.getUint16(2) })
  switch (type) {
    case 'headerNack':
      return { type, code: view.getUint8(0) }
    case 'identificationRequestByEid':
      return { type, eid: hex(payload) }
    case 'identificationRequestByVin':
      return { type, vin: Buffer.from(payload).toString('latin1') }
    case 'vehicleAnnouncement':
      return {
        type,
        vin: Buffer.from(payload.subarray(0, 17)).toString('latin1'),
        logicalAddress: view.getUint16(17),
        eid: hex(payload.subarray(19, 25)),
        gid: hex(payload.subarray(25, 31)),
      }
    case 'activationRequest':
      return { type, source: view.getUint16(0), activationType: view.getUint8(2) }
    case 'activationResponse':
      return { type, tester: view.getUint16(0), entity: view.getUint16(2), code: view.getUint8(4) }
    case 'aliveCheckResponse':
      return { type, source: view.getUint16(0) }
    case 'entityStatusResponse':
      return {
        type,
        mostSockets: view.getUint8(1),
        openSockets: view.getUint8(2),
        longestMessage: payload.length < 7 ? 0 : view.getUint32(3),
      }
    case 'powerModeResponse':
      return { type, isReady: view.getUint8(0) === 1 }
    case 'diagnosticMessage':
      return { type, ...addresses(), data: new Uint8Array(payload.subarray(4)) }
    case 'diagnosticAck':
      return { type, ...addresses() }
    case 'diagnosticNack':
      return { type, ...addresses(), code: view.getUint8(4) }
    case 'identificationRequest':
    case 'aliveCheckRequest':
    case 'entityStatusRequest':
    case 'powerModeRequest':
      return { type }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}
