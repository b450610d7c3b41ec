import { nrc } from '../nrc.ts'
import { answer, concatenate, type EcuState, numberAt, obstacle, refuse, type UdsService } from '../service.ts'

/** Whether transfers are no service of the active session at all (ISO 14229-1, 10.2). */
function isOutOfSession({ description, session }: EcuState): boolean {
  return description.download !== undefined && !description.download.sessions.includes(session)
}

/** 0x34 RequestDownload: address and size have to lie in the memory that the file describes; one at a time. */
export const requestDownload: UdsService = {
  isOffered: ({ download }) => download !== undefined,
  isInDefaultSession: false,
  serve: (request, ecu) => {
    const memory = ecu.description.download
    if (isOutOfSession(ecu)) return refuse(nrc.serviceNotSupportedInActiveSession)
    const format = request[2] ?? 0
    const [sizeBytes, addressBytes] = [format >> 4, format & 0x0f]
    if (request.length < 3 || request.length !== 3 + sizeBytes + addressBytes) return refuse(nrc.incorrectLength)
    const address = numberAt(request, 3, addressBytes)
    const size = numberAt(request, 3 + addressBytes, sizeBytes)
    if (!memory || size === 0 || address < memory.from || address + size > memory.from + memory.bytes) {
      return refuse(nrc.requestOutOfRange)
    }
    const code = obstacle(memory, ecu)
    if (code !== undefined) return refuse(code)
    if (ecu.download) return refuse(nrc.conditionsNotCorrect)
    ecu.download = { expectedBytes: size, sequence: 1 }
    return answer(Uint8Array.of(0x74, 0x20, memory.blockBytes >> 8, memory.blockBytes & 0xff))
  },
}

/** 0x36 TransferData: blocks are counted from 1 and wrap after 255; the last one may be repeated. */
export const transferData: UdsService = {
  isOffered: ({ download }) => download !== undefined,
  isInDefaultSession: false,
  serve: (request, ecu) => {
    const { download } = ecu
    if (isOutOfSession(ecu)) return refuse(nrc.serviceNotSupportedInActiveSession)
    if (request.length < 3) return refuse(nrc.incorrectLength)
    if (!download) return refuse(nrc.requestSequenceError)
    if (request.length > (ecu.description.download?.blockBytes ?? 0)) return refuse(nrc.incorrectLength)
    const sequence = request[1] ?? 0
    const isRepeated = sequence === ((download.sequence + 255) & 0xff) && download.lastBytes !== undefined
    if (isRepeated) return answer(Uint8Array.of(0x76, sequence))
    if (sequence !== download.sequence) return refuse(nrc.wrongBlockSequenceCounter)
    const bytes = request.length - 2
    if (bytes > download.expectedBytes) return refuse(nrc.transferDataSuspended)
    download.expectedBytes -= bytes
    download.lastBytes = bytes
    download.sequence = (download.sequence + 1) & 0xff
    return answer(Uint8Array.of(0x76, sequence))
  },
}

/** 0x37 RequestTransferExit: only when everything announced has arrived; then the download takes effect. */
export const requestTransferExit: UdsService = {
  isOffered: ({ download }) => download !== undefined,
  isInDefaultSession: false,
  serve: (_, ecu) => {
    if (isOutOfSession(ecu)) return refuse(nrc.serviceNotSupportedInActiveSession)
    if (!ecu.download || ecu.download.expectedBytes > 0) return refuse(nrc.requestSequenceError)
    ecu.download = undefined
    ecu.data.apply(ecu.description.download?.effects ?? [])
    return answer(concatenate([0x77]))
  },
}
