/** Ranges with at most this many numbers are shown as buttons. */
export const maximumNumberButtons = 20

/** All numbers of a small range, ascending; null for a range that needs a keypad (or is empty). */
export function numberButtons(minimum: number, maximum: number): readonly number[] | null {
  const count = maximum - minimum + 1
  if (count < 1 || count > maximumNumberButtons) return null
  return Array.from({ length: count }, (_, index) => minimum + index)
}

/** Why the typed text is not a valid number. */
export type NumberProblem = 'empty' | 'not-a-number' | 'too-small' | 'too-large'

/** The number in a text of digits, or its problem. */
export function readNumber(
  text: string,
  minimum: number,
  maximum: number,
): { ok: true; value: number } | { ok: false; problem: NumberProblem } {
  const trimmed = text.trim()
  if (trimmed === '') return { ok: false, problem: 'empty' }
  if (!/^\d+$/.test(trimmed)) return { ok: false, problem: 'not-a-number' }
  // A number that a double cannot hold exactly is still larger than every maximum (uint32 on the wire).
  const value = Number(trimmed)
  if (value < minimum) return { ok: false, problem: 'too-small' }
  if (value > maximum) return { ok: false, problem: 'too-large' }
  return { ok: true, value }
}
