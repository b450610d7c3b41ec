import type { ClipboardEvent } from 'react'

/**
 * Pastes into a field of one line. A browser drops line breaks, which makes one number out of two; here each becomes a
 * blank, so that nothing is joined that was apart.
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
