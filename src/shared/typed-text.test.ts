import { describe, expect, it } from 'vitest'
import { sessionTargetSchema } from './session.ts'
import { hiddenCharacterOf, typedName } from './typed-text.ts'

const hidden: readonly [string, string, string][] = [
  ['a zero-width space', '\u200B', 'U+200B'],
  ['a zero-width joiner', '\u200D', 'U+200D'],
  ['a mark for the direction', '\u200E', 'U+200E'],
  ['an embedding from right to left', '\u202B', 'U+202B'],
  ['an isolate', '\u2066', 'U+2066'],
  ['a soft hyphen', '\u00AD', 'U+00AD'],
  ['a byte order mark', '\uFEFF', 'U+FEFF'],
  ['a word joiner', '\u2060', 'U+2060'],
  ['a variation selector', '\uFE0F', 'U+FE0F'],
  ['a Hangul filler', '\u3164', 'U+3164'],
  ['a control character', '\u0007', 'U+0007'],
]

describe('a typed name', () => {
  it.each(hidden)('loses %s at every position', (_what, character) => {
    expect(typedName(`${character}78${character}48095${character}`)).toBe('7848095')
  })

  it.each([
    ['a trailing space', '7848095 ', '7848095'],
    ['a leading no-break space', '\u00A07848095', '7848095'],
    ['a line end', '7848095\r\n', '7848095'],
    ['full-width digits', '７８４８０９５', '7848095'],
    ['full-width letters and dots', 'ｇｒｐｃ．ｅｘａｍｐｌｅ', 'grpc.example'],
    ['an ideographic space', '\u30007848095', '7848095'],
    ['a tab between two words, which becomes a space', 'two\twords', 'two words'],
    ['letters of other alphabets, which stay', 'Müller 工房', 'Müller 工房'],
    ['only invisible characters', '\u200B \u00A0', ''],
  ])('with %s becomes the intended text', (_what, typed, meant) => {
    expect(typedName(typed)).toBe(meant)
  })
})

describe('a secret', () => {
  it.each(hidden)('with %s is reported with its code point', (_what, character, code) => {
    expect(hiddenCharacterOf(`hu${character}sh`)).toBe(code)
  })

  it.each([
    ['a space at its end', 'hush ', 'U+0020'],
    ['a space at its beginning', ' hush', 'U+0020'],
    ['a line end', 'hush\n', 'U+000A'],
    ['a no-break space', 'hu\u00A0sh', 'U+00A0'],
    ['a full-width digit', 'hush１', 'U+FF11'],
    ['a space between words, which is visible', 'hush hush', undefined],
    ['nothing odd', 'aB3-_~+/=', undefined],
  ])('with %s', (_what, secret, expected) => {
    expect(hiddenCharacterOf(secret)).toBe(expected)
  })
})

it('a ticket number reaches main without invisible characters, and is refused when nothing is left', () => {
  expect(sessionTargetSchema.parse({ kind: 'ticket', number: '\u200E７848095\u00A0' }).number).toBe('7848095')
  expect(sessionTargetSchema.safeParse({ kind: 'ticket', number: '\u200B ' }).success).toBe(false)
})
