import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'

interface Pending {
  readonly method: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

interface Incoming {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
  readonly sessionId?: string
}

/** Connection to Chromium over the pipes of `--remote-debugging-pipe`. */
export class CdpConnection extends EventEmitter<{ closed: [] }> {
  private readonly pending = new Map<number, Pending>()
  private readonly sessionListeners = new Map<string, (method: string, params: unknown) => void>()
  private lastId = 0
  private unread = ''
  private isOpen = true
  private readonly toChromium: Writable

  constructor(toChromium: Writable, fromChromium: Readable) {
    super()
    this.toChromium = toChromium
    fromChromium.setEncoding('utf8')
    fromChromium.on('data', (chunk: string) => this.read(chunk))
    fromChromium.once('close', () => this.close())
    toChromium.on('error', () => this.close())
  }

  /** Sends a command; rejects with the method's name when Chromium refuses it or ends. */
  send<T = unknown>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    if (!this.isOpen) return Promise.reject(new Error(`${method}: Chromium is gone.`))
    const id = ++this.lastId
    return new Promise<T>((resolve, reject) => {
      this.pending.set(id, { method, resolve: resolve as (result: unknown) => void, reject })
      this.toChromium.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  }

  /** Listens for the events of one attached session ('' is the browser). */
  listen(sessionId: string, listener: (method: string, params: unknown) => void): void {
    this.sessionListeners.set(sessionId, listener)
  }
  unlisten(sessionId: string): void {
    this.sessionListeners.delete(sessionId)
  }

  private read(chunk: string): void {
    const parts = (this.unread + chunk).split('\0')
    this.unread = parts.pop() ?? ''
    for (const part of parts) this.dispatch(JSON.parse(part) as Incoming)
  }

  private dispatch(message: Incoming): void {
    if (message.id === undefined) {
      this.sessionListeners.get(message.sessionId ?? '')?.(message.method ?? '', message.params)
      return
    }
    const pending = this.pending.get(message.id)
    this.pending.delete(message.id)
    if (message.error) pending?.reject(new Error(`${pending.method}: ${message.error.message}`))
    else pending?.resolve(message.result)
  }

  private close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    for (const pending of this.pending.values()) pending.reject(new Error(`${pending.method}: Chromium is gone.`))
    this.pending.clear()
    this.emit('closed')
  }
}
