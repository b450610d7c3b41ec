import { EventEmitter } from 'node:events'
import { codec } from '../codec.ts'
import type { WebFrameMain } from '../web-frame.ts'
import type { WebContents } from './web-contents.ts'

/** A handler's data about the sender of a message. */
export interface IpcMainEvent {
  readonly sender: WebContents
  /** Null when the frame no longer exists. */
  readonly senderFrame: WebFrameMain | null
  readonly frameId: string
  readonly type: 'frame'
}

type Handler = (event: IpcMainEvent, ...args: unknown[]) => unknown

/** A message from the preload's world. */
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

  /** Handles one `invoke` and returns the reply for the preload's world. Never rejects. */
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
