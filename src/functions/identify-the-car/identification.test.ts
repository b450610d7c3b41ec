import { describe, expect, it } from 'vitest'
import { isVin, readableText } from './identification.ts'

describe('readableText', () => {
  it.each([
    ['5756575A5A5A', 'WVWZZZ'],
    ['4142432020', 'ABC'],
    ['41420000', 'AB'],
    ['FFFF4142', 'AB'],
    ['0102', '01 02'],
    ['41FF42', '41 FF 42'],
    ['', ''],
    ['FFFF', 'FF FF'],
    ['C3A4', 'C3 A4'],
  ])('shows %s as "%s"', (hex, text) => {
    expect(readableText(hex)).toBe(text)
  })
})

describe('long values', () => {
  it('are cut, as text and as hex', () => {
    expect(readableText('41'.repeat(4_000))).toBe(`${'A'.repeat(119)}…`)
    expect(readableText('01'.repeat(4_000))).toHaveLength(120)
    expect(readableText('41'.repeat(120))).toBe('A'.repeat(120))
  })
})

describe('isVin', () => {
  it.each([
    ['WVWZZZ1KZAW000001', true],
    ['WVWZZZ1KZAW00000', false],
    ['WVWZZZ1KZAW0000011', false],
    ['WVWZZZ1KZAWO00001', false],
    ['wvwzzz1kzaw000001', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(isVin(text)).toBe(expected)
  })
})
