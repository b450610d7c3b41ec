import type { ClipboardEvent } from 'react'

/**
 * Pastes into a single-line field. A browser drops line breaks, which joins two numbers into one; here each line break becomes
 * a space.
 */
export function pasteOnOneLine(event: ClipboardEvent<HTMLInputElement>, change: (text: string) => void): void {
  const pasted = event.clipboardData.getData('text/plain').replace(/^[\r\n]+|[\r\n]+$/g, '')
  const field = event.currentTarget
  if (!/[\r\n]/.test(pasted) || field.readOnly) return
  event.preventDefault()
  const start = field.selectionStart ?? field.value.length
  const end = field.selectionEnd ?? start
  change(field.value.slice(0, start) + pasted.replace(/\s*[\r\n]+\s*/g, ' ') + field.value.slice(end))
}
