/** The common fields of keyboard events of the page and of React. */
interface KeyLike {
  readonly key: string
  readonly keyCode: number
  readonly repeat: boolean
  readonly isComposing?: boolean
  readonly nativeEvent?: { readonly isComposing: boolean }
}

/** `KeyboardEvent.keyCode` of a key that an input method uses (UI Events, section 7.3). */
const takenByInputMethod = 229

/** Whether an input method uses the key, for example to confirm its composition. */
export const isComposingKey = (event: KeyLike): boolean =>
  event.isComposing === true || event.nativeEvent?.isComposing === true || event.keyCode === takenByInputMethod

const isEnter = (event: KeyLike): boolean => event.key === 'Enter'

/** Whether a keydown is an Enter that means "send": newly pressed, and not one that belongs to an input method. */
export const isSendingEnter = (event: KeyLike): boolean => isEnter(event) && !event.repeat && !isComposingKey(event)

/** Prevents an Enter that does not mean "send" from submitting the form. */
export function holdOtherEnters(event: KeyLike & { preventDefault(): void }): void {
  if (isEnter(event) && !isSendingEnter(event)) event.preventDefault()
}

/** Prevents every Enter from submitting the form that a field stands in. */
export function holdEnter(event: KeyLike & { preventDefault(): void }): void {
  if (isEnter(event)) event.preventDefault()
}
