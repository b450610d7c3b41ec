import { isComposingKey } from '../../components/enter-key.ts'

/** How long a prompt is on the screen before it takes an answer, in ms. */
export const armingMs = 350
/** A key of which nothing was heard for so long is no longer held: its end was lost. A held key repeats far more often. */
const lostAfterMs = 10_000
/** How long after the last key somebody may still be typing, in ms. Slow typists leave 400 ms between two keys. */
export const typingPauseMs = 1500

/** What a press was made with; `virtual` comes from assistive technology, which has no beginning that can be seen. */
export type PressSource = 'pointer' | 'keyboard' | 'virtual'

/** A key that went down. `code` is its place on the keyboard (UI Events `KeyboardEvent.code`), empty when there is none. */
export interface KeyDown {
  readonly code: string
  readonly at: number
  readonly isRepeat?: boolean
  /** An input method takes the key for itself. */
  readonly isComposing?: boolean
}

interface Held {
  /** The prompt that took answers when the key went down. */
  readonly promptId: string | null
  readonly heardAt: number
}

/** Keys that change others and press nothing themselves. */
const modifier = /^(Shift|Control|Alt|Meta|OS)(Left|Right)$|^(CapsLock|NumLock|ScrollLock|Fn|FnLock)$/

/**
 * Decides whether a press may answer the prompt on the screen: only when it began after that very prompt had been
 * painted and had been on the screen for a moment. Times are in ms of the clock of event time stamps.
 *
 * Keys are told apart by their place on the keyboard, never by what they type: that changes with Shift between down and up.
 */
export class PromptGuard {
  readonly #armingMs: number
  #promptId: string | null = null
  #paintedAt: number | null = null
  #pointer: string | null = null
  #hasPointer = false
  readonly #held = new Map<string, Held>()
  /** The last key that has ended, or that has no place and so never ends. */
  #last: Held | null = null
  #lastKeyAt = Number.NEGATIVE_INFINITY

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

  /** A key that repeats began earlier. A key of an input method presses nothing. */
  keyBegan({ code, at, isRepeat = false, isComposing = false }: KeyDown): void {
    if (modifier.test(code)) return
    this.#lastKeyAt = at
    this.#forgetLost(at)
    if (isComposing) return
    const known = this.#held.get(code)
    const promptId = isRepeat ? (known?.promptId ?? null) : this.#armedAt(at)
    this.#last = code === '' ? { promptId, heardAt: at } : null
    if (code !== '') this.#held.set(code, { promptId, heardAt: at })
  }

  keyEnded(code: string, at: number): void {
    if (modifier.test(code)) return
    this.#forgetLost(at)
    if (code === '') return
    this.#last = { promptId: this.#held.get(code)?.promptId ?? null, heardAt: at }
    this.#held.delete(code)
  }

  /** The window lost the keyboard or is hidden: the ends of the keys that are held are not heard. */
  keysForgotten(): void {
    this.#held.clear()
    this.#last = null
  }

  /** Whether a press that has just ended may answer the prompt. */
  mayAnswer(promptId: string, source: PressSource, at: number): boolean {
    if (this.#promptId !== promptId || this.#armedAt(at) !== promptId) return false
    if (source === 'pointer') return this.#hasPointer && this.#pointer === promptId
    const keys = this.#keysBehind(at)
    return (source === 'virtual' || keys.length > 0) && keys.every((key) => key.promptId === promptId)
  }

  /** Whether the key that is going down or repeats now began on this prompt, so that it may type into it. */
  mayType(promptId: string, code: string): boolean {
    const key = code === '' ? this.#last : this.#held.get(code)
    return key?.promptId === promptId
  }

  /** Whether somebody is typing: a key is held or went down a moment ago. */
  isTyping(at: number): boolean {
    this.#forgetLost(at)
    return this.#held.size > 0 || at - this.#lastKeyAt < typingPauseMs
  }

  /** The keys that may have made a press at this time. */
  #keysBehind(at: number): readonly Held[] {
    this.#forgetLost(at)
    const last = this.#last
    const hasJustEnded = last !== null && at - last.heardAt < this.#armingMs
    return hasJustEnded ? [...this.#held.values(), last] : [...this.#held.values()]
  }

  #forgetLost(at: number): void {
    for (const [code, { heardAt }] of this.#held) if (at - heardAt >= lostAfterMs) this.#held.delete(code)
  }

  #armedAt(at: number): string | null {
    if (this.#paintedAt === null || at < this.#paintedAt + this.#armingMs) return null
    return this.#promptId
  }
}

/** Lets a guard hear every press of a window before anything else does. Returns the function that ends it. */
export function guardWindow(guard: PromptGuard, target: Window): () => void {
  const heard = new AbortController()
  const options = { capture: true, signal: heard.signal }
  target.addEventListener('pointerdown', (event) => guard.pointerBegan(event.timeStamp), options)
  target.addEventListener(
    'keydown',
    (event) => {
      const { code, timeStamp: at, repeat: isRepeat } = event
      guard.keyBegan({ code, at, isRepeat, isComposing: isComposingKey(event) })
    },
    options,
  )
  target.addEventListener('keyup', (event) => guard.keyEnded(event.code, event.timeStamp), options)
  target.addEventListener('blur', (event) => event.target === event.currentTarget && guard.keysForgotten(), options)
  target.document.addEventListener('visibilitychange', () => guard.keysForgotten(), options)
  return () => heard.abort()
}
