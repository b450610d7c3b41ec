/** Services of ISO 14230-2 that set a conversation up or end it, and the one that keeps it alive. */
export const lineServices = { startCommunication: 0x81, stopCommunication: 0x82, testerPresent: 0x3e } as const

const positiveOffset = 0x40
const negativeResponse = 0x7f
const responsePending = 0x78

/** First byte of the positive answer to a service. */
export function positiveAnswer(service: number): number {
  return service + positiveOffset
}

/** Whether this is an answer to the service, positive or not. */
export function isAnswerTo(service: number, payload: Uint8Array): boolean {
  return payload[0] === positiveAnswer(service) || (payload[0] === negativeResponse && payload[1] === service)
}

/** Whether the ECU announces a later answer to the service (0x78). */
export function isPromise(service: number | undefined, payload: Uint8Array): boolean {
  return payload[0] === negativeResponse && payload[1] === service && payload[2] === responsePending
}
