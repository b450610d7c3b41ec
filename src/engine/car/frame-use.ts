import { type CanFrame, highestStandardId } from './can-frame.ts'

/** What frames with an identifier belong to; an extended address comes before everything else of ISO-TP. */
export type FrameUse =
  | { readonly kind: 'isotp'; readonly extendedAddress?: number | undefined }
  | { readonly kind: 'tp20-setup' | 'tp20-channel' | 'broadcast' }

/** What one node of a bus uses identifiers for. */
export class FrameUses {
  readonly #uses = new Map<number, FrameUse[]>()

  /** Declares a use until the returned function is called. */
  add(id: number, use: FrameUse): () => void {
    const uses = this.#uses.get(id) ?? []
    this.#uses.set(id, uses)
    // A new object, so that two equal uses end independently.
    const own = { ...use }
    uses.push(own)
    return () => {
      const index = uses.indexOf(own)
      if (index >= 0) uses.splice(index, 1)
    }
  }

  /** What a frame belongs to; of several conversations on one identifier the one with the frame's extended address. */
  of(frame: CanFrame): FrameUse | undefined {
    const uses = this.#uses.get(frame.id)
    if (!uses || frame.isExtended !== frame.id > highestStandardId) return undefined
    return uses.find((use) => addressOf(use) === frame.data[0]) ?? uses.find((use) => addressOf(use) === undefined)
  }
}

function addressOf(use: FrameUse): number | undefined {
  return use.kind === 'isotp' ? use.extendedAddress : undefined
}
