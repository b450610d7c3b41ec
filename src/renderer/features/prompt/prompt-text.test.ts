import { describe, expect, it } from 'vitest'
import { otherSession, samplePrompt } from '../../testing/sample-state.ts'
import { maximumNumberButtons, numberButtons, readNumber } from './number-input.ts'
import { otherCars, promptsOfSession } from './prompt-order.ts'
import { promptText, shortened } from './prompt-text.ts'

describe('promptText', () => {
  const translations = { Ignition: { de: 'Zündung', 'nl-BE': 'Contact', FR: 'Contact mis' } }
  it.each([
    ['de', 'Zündung'],
    ['nl', 'Contact'],
    ['fr', 'Contact mis'],
    ['en', 'Ignition'],
  ] as const)('is in %s: %s', (language, text) => {
    expect(promptText(translations, 'Ignition', language)).toBe(text)
  })

  it('matches the original text exactly', () => {
    expect(promptText(translations, 'ignition', 'de')).toBe('ignition')
    expect(promptText(translations, 'Ignition ', 'de')).toBe('Ignition ')
  })

  it('prefers a language without a region', () => {
    expect(promptText({ a: { 'de-AT': 'austrian', de: 'german' } }, 'a', 'de')).toBe('german')
  })

  it.each(['constructor', '__proto__', 'toString'])('finds no translation for %s that was not sent', (name) => {
    expect(promptText({}, name, 'de')).toBe(name)
  })

  it('keeps an empty translation', () => {
    expect(promptText({ a: { de: '' } }, 'a', 'de')).toBe('')
  })
})

describe('numberButtons', () => {
  it('holds both ends', () => expect(numberButtons(2, 4)).toEqual([2, 3, 4]))
  it('holds a single number', () => expect(numberButtons(7, 7)).toEqual([7]))
  it('is null for a minimum above the maximum', () => expect(numberButtons(4, 2)).toBeNull())
  it('is null for a range that needs the keypad', () => {
    expect(numberButtons(1, maximumNumberButtons)).toHaveLength(maximumNumberButtons)
    expect(numberButtons(0, maximumNumberButtons)).toBeNull()
    expect(numberButtons(0, 0xffffffff)).toBeNull()
  })
})

describe('readNumber', () => {
  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['-1', 'not-a-number'],
    ['1.5', 'not-a-number'],
    ['1e3', 'not-a-number'],
    ['0x10', 'not-a-number'],
    ['٣', 'not-a-number'],
    ['9', 'too-small'],
    ['101', 'too-large'],
    ['99999999999999999999', 'too-large'],
  ])('reports %j as %s', (text, problem) => {
    expect(readNumber(text, 10, 100)).toEqual({ ok: false, problem })
  })

  it.each([
    ['10', 10],
    ['100', 100],
    ['0042', 42],
    ['0000000000042', 42],
    [' 55 ', 55],
  ])('reads %j as %i', (text, value) => {
    expect(readNumber(text, 10, 100)).toEqual({ ok: true, value })
  })

  it('reads the largest number of the protocol', () => {
    expect(readNumber('4294967295', 0, 0xffffffff)).toEqual({ ok: true, value: 0xffffffff })
    expect(readNumber('4294967296', 0, 0xffffffff)).toEqual({ ok: false, problem: 'too-large' })
  })
})

describe('the order of prompts', () => {
  const own = samplePrompt(5, { kind: 'label', label: 'own', minimalDisplayTimeMs: 0 }, { id: 'own' })
  const ownOperator = samplePrompt(4, { kind: 'yesno', label: 'o' }, { id: 'operator', target: 'operator' })
  const other = samplePrompt(2, { kind: 'yesno', label: 'x' }, { id: 'other', session: otherSession })
  const third = { key: 'third' }
  const thirdLabel = samplePrompt(
    0,
    { kind: 'label', label: 'x', minimalDisplayTimeMs: 0 },
    { id: 'third-label', session: third },
  )
  const all = [thirdLabel, other, ownOperator, own]
  const ids = (chosen: string | null) => promptsOfSession(all, 'session-1', chosen).map(({ id }) => id)

  it('has only the session on the screen, prompts for the mechanic first', () => {
    expect(ids(null)).toEqual(['own', 'operator'])
    expect(promptsOfSession(all, undefined, null)).toEqual([])
  })

  it('puts the chosen prompt first', () => expect(ids('operator')).toEqual(['operator', 'own']))

  it('contains no prompt of another session, even if it was chosen', () =>
    expect(ids('other')).toEqual(['own', 'operator']))

  it('lists the other cars: our own first, then those that wait, then those that only inform', () => {
    const keys = (shown: string | undefined) =>
      otherCars(all, shown, new Set(['session-1'])).map(({ session }) => session.key)
    expect(keys('session-1')).toEqual(['other-session', 'third'])
    expect(keys('third')).toEqual(['session-1', 'other-session'])
    expect(keys(undefined)).toEqual(['session-1', 'other-session', 'third'])
  })
})

describe('shortened', () => {
  it('leaves a short text as it is', () => expect(shortened('abc', 3)).toBe('abc'))
  it('ends a long text with an ellipsis', () => expect(shortened('abc def', 4)).toBe('abc…'))
})
