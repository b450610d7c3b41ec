import { describe, expect, it } from 'vitest'
import { samplePrompt } from '../../testing/sample-state.ts'
import { maximumNumberButtons, numberButtons, readNumber } from './number-input.ts'
import { promptsInOrder } from './prompt-order.ts'
import { promptText, shortened } from './prompt-text.ts'

describe('promptText', () => {
  const translations = { Ignition: { de: 'Zündung', 'nl-BE': 'Contact', FR: 'Contact mis' } }
  it.each([
    ['de', 'Zündung'],
    ['nl', 'Contact'],
    ['fr', 'Contact mis'],
    ['en', 'Ignition'],
  ] as const)('in %s it is %s', (language, text) => {
    expect(promptText(translations, 'Ignition', language)).toBe(text)
  })

  it('matches the original text exactly', () => {
    expect(promptText(translations, 'ignition', 'de')).toBe('ignition')
    expect(promptText(translations, 'Ignition ', 'de')).toBe('Ignition ')
  })

  it('prefers the language itself over one of its regions', () => {
    expect(promptText({ a: { 'de-AT': 'austrian', de: 'german' } }, 'a', 'de')).toBe('german')
  })

  it.each(['constructor', '__proto__', 'toString'])('takes nothing for %s that was not sent', (name) => {
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
  it('ends where the keypad begins', () => {
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
  ])('says of %j that it is %s', (text, problem) => {
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

describe('promptsInOrder', () => {
  const own = samplePrompt(5, { kind: 'label', label: 'own', minimalDisplayTimeMs: 0 }, { id: 'own' })
  const ownOperator = samplePrompt(4, { kind: 'yesno', label: 'o' }, { id: 'operator', target: 'operator' })
  const other = samplePrompt(1, { kind: 'yesno', label: 'x' }, { id: 'other', sessionHandle: 'elsewhere' })
  const otherLabel = samplePrompt(
    0,
    { kind: 'label', label: 'x', minimalDisplayTimeMs: 0 },
    { id: 'other-label', sessionHandle: undefined },
  )
  const ids = (chosen: string | null, handle: string | undefined = 'session-1') =>
    promptsInOrder([otherLabel, other, ownOperator, own], handle, chosen).map(({ id }) => id)

  it('puts our own session first, then who waits, then what only informs', () => {
    expect(ids(null)).toEqual(['own', 'operator', 'other', 'other-label'])
  })

  it('puts the chosen prompt first', () => expect(ids('other')[0]).toBe('other'))

  it('forgets a choice that is not there any more', () => expect(ids('gone')[0]).toBe('own'))

  it('knows no own session before there is one', () => {
    expect(promptsInOrder([otherLabel, other], undefined, null)[0]?.id).toBe('other')
  })
})

describe('shortened', () => {
  it('leaves a short text as it is', () => expect(shortened('abc', 3)).toBe('abc'))
  it('ends a long text with an ellipsis', () => expect(shortened('abc def', 4)).toBe('abc…'))
})
