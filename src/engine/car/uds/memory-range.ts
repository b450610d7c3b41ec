import { nrc } from './nrc.ts'
import { type EcuState, numberAt } from './service.ts'

/** An address and a size as services 0x23, 0x34 and 0x35 carry them. */
export interface MemoryRange {
  readonly sizeBytes: number
  readonly addressBytes: number
  readonly address: number
  readonly size: number
}

/** The range after the byte that holds both lengths; undefined when the request is longer or shorter than that. */
export function memoryRange(request: Uint8Array, formatAt: number): MemoryRange | undefined {
  const format = request[formatAt] ?? 0
  const [sizeBytes, addressBytes] = [format >> 4, format & 0x0f]
  const start = formatAt + 1
  if (request.length < start || request.length !== start + sizeBytes + addressBytes) return undefined
  const address = numberAt(request, start, addressBytes)
  const size = numberAt(request, start + addressBytes, sizeBytes)
  return { sizeBytes, addressBytes, address, size }
}

/** The code with which reading a range is refused; undefined when it can be read. */
export function readObstacle({ address, size }: MemoryRange, ecu: EcuState): number | undefined {
  const spans = size > 0 ? ecu.memory.covering(address, size, ecu.session) : undefined
  if (!spans) return nrc.requestOutOfRange
  const isLocked = spans.some(({ security }) => security !== undefined && security !== ecu.unlockedLevel)
  return isLocked ? nrc.securityAccessDenied : undefined
}
