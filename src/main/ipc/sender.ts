/** The part of an `IpcMainInvokeEvent` that decides whether it is trusted. */
export interface SenderEvent {
  readonly sender: { readonly id: number }
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/**
 * Whether a message comes from the main frame of one of our own windows showing `app://bundle`. Anything that cannot be
 * read, such as a destroyed frame, is not trusted.
 */
export function isTrustedSender(event: SenderEvent, isOurs: (webContentsId: number) => boolean): boolean {
  try {
    const frame = event.senderFrame
    if (!frame || frame.parent !== null || typeof frame.url !== 'string') return false
    if (!isOurs(event.sender.id)) return false
    // The text itself: an address that starts so has this scheme and host, and neither a user nor a port.
    return frame.url.startsWith('app://bundle/')
  } catch {
    return false
  }
}
