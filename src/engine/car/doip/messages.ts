/** Payload types of ISO 13400-2. */
export const payloadType = {
  headerNack: 0x0000,
  identificationRequest: 0x0001,
  identificationRequestByEid: 0x0002,
  identificationRequestByVin: 0x0003,
  vehicleAnnouncement: 0x0004,
  activationRequest: 0x0005,
  activationResponse: 0x0006,
  aliveCheckRequest: 0x0007,
  aliveCheckResponse: 0x0008,
  entityStatusRequest: 0x4001,
  entityStatusResponse: 0x4002,
  powerModeRequest: 0x4003,
  powerModeResponse: 0x4004,
  diagnosticMessage: 0x8001,
  diagnosticAck: 0x8002,
  diagnosticNack: 0x8003,
} as const

/** Why a whole message was refused by its header (ISO 13400-2, generic header NACK). */
export const headerNack = {
  wrongPattern: 0x00,
  unknownType: 0x01,
  tooLarge: 0x02,
  outOfMemory: 0x03,
  wrongLength: 0x04,
}

/** How a gateway answers a request for routing activation (ISO 13400-2). */
export const activationCode = {
  unknownSource: 0x00,
  noFreeSocket: 0x01,
  otherSourceOnSocket: 0x02,
  sourceInUse: 0x03,
  unsupportedType: 0x06,
  activated: 0x10,
} as const

/** Why a diagnostic message was not routed (ISO 13400-2, diagnostic message NACK). */
export const diagnosticNack = {
  invalidSource: 0x02,
  unknownTarget: 0x03,
  tooLarge: 0x04,
  outOfMemory: 0x05,
  unreachable: 0x06,
  transportError: 0x08,
} as const

/** Identity of a gateway in a vehicle announcement. */
export interface Announcement {
  readonly vin: string
  readonly logicalAddress: number
  /** Six bytes each, as hex. */
  readonly eid: string
  readonly gid: string
}

/** A message of ISO 13400-2 without its header. Addresses are 16-bit numbers, `data` is bare UDS. */
export type DoipMessage =
  | { readonly type: 'headerNack'; readonly code: number }
  | { readonly type: 'identificationRequest' }
  | { readonly type: 'identificationRequestByEid'; readonly eid: string }
  | { readonly type: 'identificationRequestByVin'; readonly vin: string }
  | ({ readonly type: 'vehicleAnnouncement' } & Announcement)
  | { readonly type: 'activationRequest'; readonly source: number; readonly activationType: number }
  | { readonly type: 'activationResponse'; readonly tester: number; readonly entity: number; readonly code: number }
  | { readonly type: 'aliveCheckRequest' }
  | { readonly type: 'aliveCheckResponse'; readonly source: number }
  | { readonly type: 'entityStatusRequest' }
  | {
      readonly type: 'entityStatusResponse'
      readonly mostSockets: number
      readonly openSockets: number
      readonly longestMessage: number
    }
  | { readonly type: 'powerModeRequest' }
  | { readonly type: 'powerModeResponse'; readonly isReady: boolean }
  | { readonly type: 'diagnosticMessage'; readonly source: number; readonly target: number; readonly data: Uint8Array }
  | { readonly type: 'diagnosticAck'; readonly source: number; readonly target: number }
  | { readonly type: 'diagnosticNack'; readonly source: number; readonly target: number; readonly code: number }

/** The name of a message type. */
export type DoipMessageType = DoipMessage['type']
