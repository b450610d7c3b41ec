import { fromChromium } from './addresses.ts'

/** A frame of a page for main: `event.senderFrame`. */
export class WebFrameMain {
  readonly frameId: string
  readonly parent: WebFrameMain | null
  private address = ''
  detached = false

  constructor(frameId: string, parent: WebFrameMain | null) {
    this.frameId = frameId
    this.parent = parent
  }
  /** Address for main, with the application's own scheme. */
  get url(): string {
    return this.address
  }
  get origin(): string {
    const { protocol, host, origin } = new URL(this.address || 'about:blank')
    return origin === 'null' && host ? `${protocol}//${host}` : origin
  }
  get top(): WebFrameMain {
    return this.parent?.top ?? this
  }
  isDestroyed(): boolean {
    return this.detached
  }
  /** Called by the shim when Chromium reports a navigation. */
  navigatedTo(chromiumAddress: string): void {
    this.address = fromChromium(chromiumAddress)
  }
}
