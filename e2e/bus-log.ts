import { readFileSync } from 'node:fs'

interface Frame {
  readonly id: string
  readonly data: Buffer
}

function framesOf(file: string): Frame[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const match = /^\([\d.]+\)\s+\S+\s+([0-9A-F]+)#([0-9A-F]*)/i.exec(line)
    return match ? [{ id: match[1] ?? '', data: Buffer.from(match[2] ?? '', 'hex') }] : []
  })
}

/** The ISO-TP messages in a log of candump's format, joined per CAN identifier (11 bit, normal addressing). */
export function messagesOf(file: string): { id: string; payload: Buffer }[] {
  const messages: { id: string; payload: Buffer }[] = []
  const open = new Map<string, { length: number; payload: Buffer }>()
  for (const { id, data } of framesOf(file)) {
    const first = data[0] ?? 0
    const kind = first >> 4
    if (kind === 0) messages.push({ id, payload: data.subarray(1, 1 + (first & 15)) })
    if (kind === 1) open.set(id, { length: ((first & 15) << 8) | (data[1] ?? 0), payload: data.subarray(2) })
    const started = open.get(id)
    if (kind !== 2 || !started) continue
    started.payload = Buffer.concat([started.payload, data.subarray(1)])
    if (started.payload.length < started.length) continue
    messages.push({ id, payload: started.payload.subarray(0, started.length) })
    open.delete(id)
  }
  return messages
}
