import type { InputDevice } from '../../../shared/facts.ts'
import { isComposingKey } from '../../components/enter-key.ts'

const pointerTypes = ['mouse', 'touch', 'pen'] as const

/** How long a prompt is on the screen before it accepts an answer, in ms. */
export const armingMs = 350
/** A key without any event for this time, in ms, is no longer held: its keyup was lost. A held key repeats far more often. */
const lostAfterMs = 10_000
/** How long after the last key somebody may still be typing, in ms. Slow typists leave 400 ms between two keys. */
export const typingPauseMs = 1500

/** The source of a press; `virtual` is assistive technology, whose presses have no start event. */
export type PressSource = 'pointer' | 'keyboard' | 'virtual'

/** A key that went down. `code` is its physical key (UI Events `KeyboardEvent.code`), empty when there is none. */
export interface KeyDown {
  readonly code: string
  readonly at: number
  readonly isRepeat?: boolean
  /** An input method uses the key. */
  readonly isComposing?: boolean
}

interface Held {
  /** The prompt that accepted answers when the key went down. */
  readonly promptId: string | null
  readonly heardAt: number
}

/** Modifier keys, which press nothing themselves. */
const modifier = /^(Shift|Control|Alt|Meta|OS)(Left|Right)$|^(CapsLock|NumLock|ScrollLock|Fn|FnLock)$/

/**
 * Decides whether a press may answer the prompt on the screen: only a press that began after this prompt was armed, that is, painted and visible for a moment. Times are event time stamps, in ms.
 *
 * Keys are identified by their physical key, never by the typed character, which may change with Shift between keydown and keyup.
 */
export class PromptGuard {
  readonly #armingMs: number
  #promptId: string | null = null
  #paintedAt: number | null = null
  #pointer: string | null = null
  #hasPointer = false
  #pointerType: InputDevice = 'unknown'
  readonly #held = new Map<string, Held>()
  /** The last key that was released, or that has no code and therefore no matching keyup. */
  #last: Held | null = null
  #lastKeyAt = Number.NEGATIVE_INFINITY

  constructor(arming: number = armingMs) {
    this.#armingMs = arming
  }

  /** Another prompt is shown, or none; presses that have already begun may not answer it. */
  appeared(promptId: string | null): void {
    if (this.#promptId === promptId) return
    this.#promptId = promptId
    this.#paintedAt = null
  }

  /** The prompt is on the screen now. */
  painted(promptId: string, at: number): void {
    if (this.#promptId === promptId && this.#paintedAt === null) this.#paintedAt = at
  }

  pointerBegan(at: number, type = ''): void {
    this.#hasPointer = true
    this.#pointerType = pointerTypes.find((known) => known === type) ?? 'unknown'
    this.#pointer = this.#armedAt(at)
  }

  /** A repeating key began earlier. A key of an input method presses nothing. */
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

  /** The window lost the focus or is hidden: it does not receive the keyup of held keys. */
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

  /** What a person used for a press, for the record. */
  deviceOf(source: PressSource): InputDevice {
    if (source === 'pointer') return this.#pointerType
    return source === 'keyboard' ? 'keyboard' : 'unknown'
  }

  /** Whether the key that goes down or repeats now began on this prompt, so that it may type into it. */
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

/** Passes every press of a window to the guard before anything else. Returns the function that ends it. */
export function guardWindow(guard: PromptGuard, target: Window): () => void {
  const heard = new AbortController()
  const options = { capture: true, signal: heard.signal }
  target.addEventListener('pointerdown', (event) => guard.pointerBegan(event.timeStamp, event.pointerType), options)
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
