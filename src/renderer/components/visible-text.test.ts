import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isolatedText, joinedNames, saidName, visibleText } from './visible-text.ts'

describe('visibleText', () => {
  it.each([
    ['a\u0000b', 'a␀b'],
    ['\u001B[31mred', '␛[31mred'],
    ['\u0007', '␇'],
    ['\u007F', '␡'],
    ['\u0085', '\uFFFD'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['tab\tstays', 'tab\tstays'],
    ['\u202Eevil', '⇄evil'],
    ['\u2066x\u2069', '⇄x⇄'],
    ['zero\u200Bwidth\uFEFF', 'zero·width·'],
    ['\uD800', '\uFFFD'],
    ['👩‍🔧 ok', '👩‍🔧 ok'],
    ['هل', 'هل'],
  ])('shows %j as %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown)
  })

  it('never leaves a control character or a broken surrogate', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = visibleText(text)
        return shown.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(shown) && !/[\u202A-\u202E\u2066-\u2069]/.test(shown)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not change a text that it has already converted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => visibleText(visibleText(text)) === visibleText(text)),
    )
  })
})

describe('names', () => {
  it.each(['', '   ', '\t', undefined])('of blanks only say nothing: %j', (name) => {
    expect(saidName(name)).toBeUndefined()
    expect(joinedNames([name, 'Lift 2', name])).toBe('Lift 2')
  })
  it('in one line keep their own direction', () => {
    expect(joinedNames(['HB-FC 2108', 'مصعد', 'Lift 2'])).toBe('HB-FC 2108 · \u2068مصعد\u2069 · Lift 2')
  })
})

describe('isolatedText', () => {
  it('isolates a right-to-left text', () => {
    expect(isolatedText('فحص')).toBe('\u2068فحص\u2069')
  })
  it('does not change any other text', () => {
    expect(isolatedText('Check\u0007')).toBe('Check␇')
  })
})
