import { EventEmitter } from 'node:events'
import { codec } from '../codec.ts'
import type { WebFrameMain } from '../web-frame.ts'
import type { WebContents } from './web-contents.ts'

/** What a handler learns about a message's origin. */
export interface IpcMainEvent {
  readonly sender: WebContents
  /** Null when the frame is gone already. */
  readonly senderFrame: WebFrameMain | null
  readonly frameId: string
  readonly type: 'frame'
}

type Handler = (event: IpcMainEvent, ...args: unknown[]) => unknown

/** A message as the preload's world wrote it. */
export interface PreloadMessage {
  readonly kind: 'invoke' | 'send' | 'window-open'
  readonly id?: number
  readonly channel?: string
  readonly args?: unknown
  readonly address?: string
}

class IpcMain extends EventEmitter {
  private readonly handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.handlers.set(channel, handler)
  }
  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel)
      return handler(event, ...args)
    })
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel)
  }

  /** Serves one `invoke`; the reply is what the preload's world expects. Never rejects. */
  async serve(message: PreloadMessage, event: IpcMainEvent): Promise<object> {
    const channel = message.channel ?? ''
    try {
      const handler = this.handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      const value = await handler(event, ...(codec.decode(message.args) as unknown[]))
      return { kind: 'reply', id: message.id, value: codec.encode(value) }
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      return { kind: 'reply', id: message.id, failure: `Error invoking remote method '${channel}': ${text}` }
    }
  }
}

export const ipcMain = new IpcMain()
