import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** How the proxy treats new connections and bytes. */
export type ProxyMode = 'pass' | 'black-hole' | 'refuse'

interface Pair {
  readonly near: Socket
  readonly far: Socket
  idle?: NodeJS.Timeout
}

/** A TCP proxy on loopback that passes, delays, holds back, resets, refuses, cuts what is idle and counts; for fault tests and measurements. */
export class FaultProxy {
  #target: { host: string; port: number }
  readonly #pairs = new Set<Pair>()
  #server: Server | undefined
  #port = 0
  #mode: ProxyMode = 'pass'
  #cutRepliesAfter: number | undefined
  #held: (() => void)[] = []
  /** One-way delay in ms. */
  delayMs = 0
  /** Connections on which nothing was sent for this long are reset, as load balancers do; 0: none is. */
  idleLimitMs = 0
  readonly counts = { connections: 0, refused: 0, bytesToServer: 0, bytesToClient: 0, held: 0, idle: 0 }

  constructor(target: { host?: string; port: number }) {
    this.#target = { host: target.host ?? '127.0.0.1', port: target.port }
  }

  /** Starts to listen on a free port; the same one again after `refuse`. */
  async listen(): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near))
    this.#server = server
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address && typeof address === 'object') this.#port = address.port
    return this.#port
  }

  get port(): number {
    return this.#port
  }

  /** Sends new connections to another port, as if the server had restarted there. */
  leadTo(port: number): void {
    this.#target = { ...this.#target, port }
  }

  /**
   * Changes the mode. `refuse` also resets open connections. In a `black-hole` nothing arrives any more; when
   * it ends the held bytes arrive in order, as TCP repeats lost segments.
   */
  async setMode(mode: ProxyMode): Promise<void> {
    this.#mode = mode
    if (mode !== 'refuse') {
      if (!this.#server) await this.listen()
      if (mode === 'pass') for (const deliver of this.#held.splice(0)) deliver()
      return
    }
    const server = this.#server
    this.#server = undefined
    server?.close()
    this.resetAll()
  }

  /** Resets every open connection (RST), as a NAT gateway or a pulled cable does. */
  resetAll(): void {
    for (const { near, far, idle } of this.#pairs) {
      clearTimeout(idle)
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    this.#pairs.clear()
  }

  /** Lets this many more bytes pass to the server, then resets before any further reply comes back: the reply is lost. */
  loseRepliesAfter(bytesToServer: number): void {
    this.#cutRepliesAfter = this.counts.bytesToServer + bytesToServer
  }

  /** Closes all connections and the proxy. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.resetAll()
    if (!server) return
    const closed = once(server, 'close')
    server.close()
    await closed
  }

  #accept(near: Socket): void {
    this.counts.connections += 1
    const far = connect(this.#target.port, this.#target.host)
    const pair: Pair = { near, far }
    this.#pairs.add(pair)
    this.#watchIdle(pair)
    near.setNoDelay(true)
    far.setNoDelay(true)
    for (const socket of [near, far]) socket.on('error', () => this.#drop(pair))
    near.on('data', (bytes: Buffer) => this.#forward(pair, far, bytes, 'bytesToServer'))
    far.on('data', (bytes: Buffer) => this.#forward(pair, near, bytes, 'bytesToClient'))
    near.on('end', () => this.#later(() => far.end()))
    far.on('end', () => this.#later(() => near.end()))
  }

  #forward(pair: Pair, to: Socket, bytes: Buffer, counter: 'bytesToServer' | 'bytesToClient'): void {
    if (this.#mode === 'black-hole') {
      this.counts.held += bytes.length
      this.#held.push(() => this.#forward(pair, to, bytes, counter))
      return
    }
    const limit = this.#cutRepliesAfter
    if (counter === 'bytesToClient' && limit !== undefined && this.counts.bytesToServer >= limit) {
      this.#cutRepliesAfter = undefined
      this.#drop(pair)
      return
    }
    this.counts[counter] += bytes.length
    this.#watchIdle(pair)
    this.#later(() => {
      if (to.writable) to.write(bytes)
    })
  }

  #watchIdle(pair: Pair): void {
    clearTimeout(pair.idle)
    if (this.idleLimitMs === 0) return
    const cut = () => {
      this.counts.idle += 1
      this.#drop(pair)
    }
    // After a stall of this process, bytes that have arrived are read before the timer counts.
    pair.idle = setTimeout(() => {
      pair.idle = setTimeout(cut, 1)
    }, this.idleLimitMs)
  }

  #later(action: () => void): void {
    if (this.delayMs > 0) setTimeout(action, this.delayMs)
    else action()
  }

  #drop(pair: Pair): void {
    clearTimeout(pair.idle)
    this.#pairs.delete(pair)
    pair.near.resetAndDestroy()
    pair.far.resetAndDestroy()
  }
}
