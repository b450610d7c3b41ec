/** How long a prompt is on the screen before it takes an answer, in ms. */
export const armingMs = 350

/** What a press was made with; `virtual` comes from assistive technology, which has no beginning that can be seen. */
export type PressSource = 'pointer' | 'keyboard' | 'virtual'

/**
 * Decides whether a press may answer the prompt on the screen: only when it began after that very prompt had been
 * painted and had been on the screen for a moment. Times are in ms of the clock of event time stamps.
 */
export class PromptGuard {
  readonly #armingMs: number
  #promptId: string | null = null
  #paintedAt: number | null = null
  #pointer: string | null = null
  #hasPointer = false
  readonly #heldKeys = new Map<string, string | null>()
  #releasedKey: { readonly mayAnswer: string | null; readonly at: number } | null = null

  constructor(arming: number = armingMs) {
    this.#armingMs = arming
  }

  /** Another prompt takes the place, or none; nothing that has begun may answer it. */
  appeared(promptId: string | null): void {
    if (this.#promptId === promptId) return
    this.#promptId = promptId
    this.#paintedAt = null
  }

  /** The prompt is on the screen now. */
  painted(promptId: string, at: number): void {
    if (this.#promptId === promptId && this.#paintedAt === null) this.#paintedAt = at
  }

  pointerBegan(at: number): void {
    this.#hasPointer = true
    this.#pointer = this.#armedAt(at)
  }

  /** A key that repeats began earlier. */
  keyBegan(key: string, at: number, isRepeat: boolean): void {
    if (isRepeat) {
      if (!this.#heldKeys.has(key)) this.#heldKeys.set(key, null)
      return
    }
    this.#releasedKey = null
    this.#heldKeys.set(key, this.#armedAt(at))
  }

  keyEnded(key: string, at: number): void {
    this.#releasedKey = { mayAnswer: this.#heldKeys.get(key) ?? null, at }
    this.#heldKeys.delete(key)
  }

  /** The window lost the keyboard: the ends of the keys that are held are not heard. */
  keysForgotten(): void {
    this.#heldKeys.clear()
    this.#releasedKey = null
  }

  /** Whether a press that has just ended may answer the prompt. */
  mayAnswer(promptId: string, source: PressSource, at: number): boolean {
    if (this.#promptId !== promptId || this.#armedAt(at) !== promptId) return false
    if (source === 'pointer') return this.#hasPointer && this.#pointer === promptId
    const keys = this.#keysBehind(at)
    return (source === 'virtual' || keys.length > 0) && keys.every((mayAnswer) => mayAnswer === promptId)
  }

  /** What the keys that may have made a press at this time were allowed to answer. */
  #keysBehind(at: number): readonly (string | null)[] {
    const keys = [...this.#heldKeys.values()]
    const released = this.#releasedKey
    if (released !== null && at - released.at < this.#armingMs) keys.push(released.mayAnswer)
    return keys
  }

  #armedAt(at: number): string | null {
    if (this.#paintedAt === null || at < this.#paintedAt + this.#armingMs) return null
    return this.#promptId
  }
}

/** Lets a guard hear every press of a window before anything else does. Returns the function that ends it. */
export function guardWindow(guard: PromptGuard, target: Window): () => void {
  const pointer = (event: Event) => guard.pointerBegan(event.timeStamp)
  const keyDown = (event: KeyboardEvent) => guard.keyBegan(event.key, event.timeStamp, event.repeat)
  const keyUp = (event: KeyboardEvent) => guard.keyEnded(event.key, event.timeStamp)
  const blur = (event: Event) => event.target === target && guard.keysForgotten()
  target.addEventListener('pointerdown', pointer, true)
  target.addEventListener('keydown', keyDown, true)
  target.addEventListener('keyup', keyUp, true)
  target.addEventListener('blur', blur, true)
  return () => {
    target.removeEventListener('pointerdown', pointer, true)
    target.removeEventListener('keydown', keyDown, true)
    target.removeEventListener('keyup', keyUp, true)
    target.removeEventListener('blur', blur, true)
  }
}
