import { WebFrameMain } from './web-frame.ts'

interface FrameInfo {
  readonly id: string
  readonly parentId?: string
  readonly url: string
  readonly urlFragment?: string
}

interface ContextInfo {
  readonly id: number
  readonly uniqueId: string
  readonly name: string
  readonly auxData?: { readonly frameId?: string }
}

/** The frames of one page, and which of them each script context belongs to. */
export class FrameTree {
  private readonly frames = new Map<string, WebFrameMain>()
  private readonly contexts = new Map<number, ContextInfo>()
  private mainFrame: WebFrameMain | undefined

  get main(): WebFrameMain | undefined {
    return this.mainFrame
  }

  attached(id: string, parentId: string | undefined): WebFrameMain {
    const known = this.frames.get(id)
    if (known) return known
    const parent = parentId === undefined ? null : (this.frames.get(parentId) ?? null)
    const frame = new WebFrameMain(id, parent)
    this.frames.set(id, frame)
    if (!parent) this.mainFrame = frame
    return frame
  }

  detached(id: string): void {
    const frame = this.frames.get(id)
    if (frame) frame.detached = true
    this.frames.delete(id)
  }

  navigated(info: FrameInfo): WebFrameMain {
    const frame = this.attached(info.id, info.parentId)
    frame.navigatedTo(info.url + (info.urlFragment ?? ''))
    return frame
  }

  get(id: string): WebFrameMain | undefined {
    return this.frames.get(id)
  }

  contextCreated(context: ContextInfo): void {
    this.contexts.set(context.id, context)
  }
  contextDestroyed(id: number): void {
    this.contexts.delete(id)
  }
  contextsCleared(): void {
    this.contexts.clear()
  }

  /** The frame whose script context has this number; null when it no longer exists. */
  frameOfContext(id: number): WebFrameMain | null {
    return this.frames.get(this.contexts.get(id)?.auxData?.frameId ?? '') ?? null
  }

  /** The main frame's context of the world with this name. */
  mainContextOf(worldName: string): ContextInfo | undefined {
    return [...this.contexts.values()].find(
      (context) => context.name === worldName && context.auxData?.frameId === this.mainFrame?.frameId,
    )
  }
}
