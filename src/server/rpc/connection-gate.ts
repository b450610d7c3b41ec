import { createServer, type Server, type Socket } from 'node:net'
import type { Clock, Timer } from '../clock/clock.ts'

/** The HTTP/2 connection preface (RFC 9113, 3.4); a SETTINGS frame follows. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
/** Bytes of a frame before its payload (RFC 9113, 4.1). */
const frameHead = 9
const settingsType = 4
/** Longest payload of a first frame: the size that every peer has to accept (RFC 9113, 4.2). */
const longestSettings = 16_384

/** Limits of a {@link ConnectionGate}. */
export interface GateLimits {
  /** Time within which a connection must send its preface and SETTINGS, in milliseconds. */
  readonly openingMs: number
  /** Most connections that have not opened HTTP/2 yet; the oldest is closed for a new one. */
  readonly opening: number
  /** Most open connections, including those; further ones are closed immediately. */
  readonly open: number
}

/** Dependencies of a {@link ConnectionGate}. */
export interface GateSetup {
  readonly clock: Clock
  readonly limits: GateLimits
  /** Receives a connection that has opened HTTP/2; its first bytes can still be read. */
  readonly admit: (socket: Socket) => void
}

/**
 * Listens on loopback and accepts connections that open HTTP/2 in time. Others are closed. Because the
 * gate knows every socket, closing it always frees the port.
 */
export class ConnectionGate {
  readonly #setup: GateSetup
  readonly #listener: Server
  readonly #open = new Set<Socket>()
  /** Connections that have not opened HTTP/2 yet, oldest first. */
  readonly #opening = new Map<Socket, Timer>()

  constructor(setup: GateSetup) {
    this.#setup = setup
    this.#listener = createServer({ noDelay: true }, (socket) => this.#arrived(socket))
    this.#listener.maxConnections = setup.limits.open
  }

  /** Number of open connections, including those that have not opened HTTP/2 yet. */
  get size(): number {
    return this.#open.size
  }

  /** Listens on a port of 127.0.0.1 (0: any that is free) and resolves with its number; rejects when it cannot listen there. */
  listen(port: number): Promise<number> {
    const listener = this.#listener
    return new Promise((resolve, reject) => {
      listener.once('error', reject)
      listener.listen({ host: '127.0.0.1', port }, () => {
        listener.off('error', reject)
        listener.on('error', () => undefined)
        const address = listener.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  /**
   * Accepts no more connections, closes unopened ones at once and all others after `graceMs`; resolves when every
   * connection is closed and the port is free.
   */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()))
    for (const socket of this.#opening.keys()) socket.destroy()
    const grace = this.#setup.clock.after(graceMs, () => {
      for (const socket of this.#open) socket.destroy()
    })
    await closed
    grace.cancel()
  }

  #arrived(socket: Socket): void {
    const { clock, limits } = this.#setup
    this.#open.add(socket)
    const [oldest] = this.#opening.size < limits.opening ? [] : this.#opening.keys()
    oldest?.destroy()
    this.#opening.set(
      socket,
      clock.after(limits.openingMs, () => socket.destroy()),
    )
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#leftOpening(socket)
    })
    this.#listen(socket)
  }

  #listen(socket: Socket): void {
    let said = Buffer.alloc(0)
    const heard = (bytes: Buffer) => {
      said = Buffer.concat([said, bytes])
      const opening = openingOf(said)
      if (opening === 'incomplete') return
      socket.off('data', heard)
      if (opening === 'wrong') {
        socket.destroy()
        return
      }
      socket.pause()
      socket.unshift(said)
      this.#leftOpening(socket)
      this.#setup.admit(socket)
    }
    socket.on('data', heard)
  }

  #leftOpening(socket: Socket): void {
    this.#opening.get(socket)?.cancel()
    this.#opening.delete(socket)
  }
}

/** Whether the first bytes are an HTTP/2 opening: the preface and a complete SETTINGS frame (RFC 9113, 3.4 and 6.5). */
export function openingOf(said: Buffer): 'complete' | 'incomplete' | 'wrong' {
  const start = said.subarray(0, preface.length)
  if (!start.equals(preface.subarray(0, start.length))) return 'wrong'
  const frame = said.subarray(preface.length)
  if (frame.length < frameHead) return 'incomplete'
  const length = frame.readUIntBE(0, 3)
  const isSettings = frame[3] === settingsType && frame.readUInt32BE(5) === 0
  if (!isSettings || length > longestSettings) return 'wrong'
  return frame.length < frameHead + length ? 'incomplete' : 'complete'
}
