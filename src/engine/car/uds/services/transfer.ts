import { type MemoryRange, memoryRange, readObstacle } from '../memory-range.ts'
import { nrc } from '../nrc.ts'
import {
  answer,
  concatenate,
  type EcuState,
  obstacle,
  refuse,
  type Transfer,
  type UdsReply,
  type UdsService,
} from '../service.ts'

const hasDownload = ({ download }: EcuState['description']) => download !== undefined

/** Bytes of a message of service 0x36 in front of the data. */
const headBytes = 2

/** A service that does not exist outside the sessions of the file (ISO 14229-1, 10.2). */
function transferService(serve: (request: Uint8Array, ecu: EcuState) => UdsReply): UdsService {
  return {
    isOffered: hasDownload,
    isInDefaultSession: false,
    serve: (request, ecu) => {
      const isInSession = ecu.description.download?.sessions.includes(ecu.session)
      return isInSession ? serve(request, ecu) : refuse(nrc.serviceNotSupportedInActiveSession)
    },
  }
}

/** 0x34 RequestDownload: address and size must be within the memory of the file; one transfer at a time. */
export const requestDownload = transferService((request, ecu) => begin('download', 0x74, request, ecu))

/** 0x35 RequestUpload: under the same conditions the other way round. */
export const requestUpload = transferService((request, ecu) => begin('upload', 0x75, request, ecu))

function begin(kind: Transfer['kind'], service: number, request: Uint8Array, ecu: EcuState): UdsReply {
  const range = request.length > 2 ? memoryRange(request, 2) : undefined
  if (!range) return refuse(nrc.incorrectLength)
  const code = transferObstacle(kind, range, ecu)
  if (code !== undefined) return refuse(code)
  const { address, size } = range
  ecu.transfer = { kind, address, size, done: 0, blocks: [], sequence: 1 }
  const longest = longestBlock(kind, ecu)
  return answer(Uint8Array.of(service, 0x20, longest >> 8, longest & 0xff))
}

function transferObstacle(kind: Transfer['kind'], range: MemoryRange, ecu: EcuState): number | undefined {
  const region = ecu.description.download
  const { address, size } = range
  if (!region || size === 0 || address < region.from || address + size > region.from + region.bytes) {
    return nrc.requestOutOfRange
  }
  const code = obstacle(region, ecu) ?? (kind === 'upload' ? readObstacle(range, ecu) : undefined)
  if (code !== undefined) return code
  return ecu.transfer ? nrc.conditionsNotCorrect : undefined
}

/** Longest message of service 0x36 in the direction that carries the data. */
function longestBlock(kind: Transfer['kind'], { description }: EcuState): number {
  const longest = description.download?.blockBytes ?? 0
  return kind === 'download' ? longest : Math.min(longest, description.isotp.longestResponse)
}

/** 0x36 TransferData: blocks are counted from 1 and wrap after 255; the last one may be repeated. */
export const transferData = transferService((request, ecu) => {
  const { transfer } = ecu
  const isEmptyBlock = transfer?.kind === 'download' && request.length <= headBytes
  if (request.length < headBytes || isEmptyBlock) return refuse(nrc.incorrectLength)
  if (!transfer) return refuse(nrc.requestSequenceError)
  if (request.length > (transfer.kind === 'download' ? longestBlock('download', ecu) : headBytes))
    return refuse(nrc.incorrectLength)
  const sequence = request[1] ?? 0
  const isRepeated = sequence === ((transfer.sequence + 255) & 0xff) && transfer.lastBytes !== undefined
  if (!isRepeated && sequence !== transfer.sequence) return refuse(nrc.wrongBlockSequenceCounter)
  return transfer.kind === 'download'
    ? blockArrived(transfer, request, isRepeated)
    : blockAsked(transfer, sequence, isRepeated, ecu)
})

function blockArrived(transfer: Transfer, request: Uint8Array, isRepeated: boolean): UdsReply {
  const [, sequence = 0] = request
  if (!isRepeated) {
    const block = request.slice(headBytes)
    if (transfer.done + block.length > transfer.size) return refuse(nrc.transferDataSuspended)
    transfer.blocks.push(block)
    count(transfer, block.length)
  }
  return answer(Uint8Array.of(0x76, sequence))
}

function blockAsked(transfer: Transfer, sequence: number, isRepeated: boolean, ecu: EcuState): UdsReply {
  if (!isRepeated) {
    if (transfer.done === transfer.size) return refuse(nrc.requestSequenceError)
    count(transfer, Math.min(longestBlock('upload', ecu) - headBytes, transfer.size - transfer.done))
  }
  const bytes = transfer.lastBytes ?? 0
  return answer(concatenate([0x76, sequence], ecu.memory.read(transfer.address + transfer.done - bytes, bytes)))
}

function count(transfer: Transfer, bytes: number): void {
  transfer.done += bytes
  transfer.lastBytes = bytes
  transfer.sequence = (transfer.sequence + 1) & 0xff
}

/** 0x37 RequestTransferExit: only after all announced bytes; before it a download changes nothing. */
export const requestTransferExit = transferService((_, ecu) => {
  const { transfer } = ecu
  if (!transfer || transfer.done < transfer.size) return refuse(nrc.requestSequenceError)
  ecu.transfer = undefined
  if (transfer.kind === 'download') {
    ecu.memory.write(transfer.address, concatenate(...transfer.blocks))
    ecu.data.apply(ecu.description.download?.effects ?? [])
  }
  return answer(Uint8Array.of(0x77))
})
