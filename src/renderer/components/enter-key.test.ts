import { describe, expect, it } from 'vitest'
import { holdOtherEnters, isSendingEnter } from './enter-key.ts'

const enter = { key: 'Enter', keyCode: 13, repeat: false }

describe('an Enter that means "send"', () => {
  it('is a newly pressed Enter', () => expect(isSendingEnter(enter)).toBe(true))

  it.each([
    ['another key', { ...enter, key: 'a', keyCode: 65 }],
    ['a key that is held down', { ...enter, repeat: true }],
    ['an Enter of an input method, in an event of the page', { ...enter, isComposing: true }],
    ['an Enter of an input method, in an event of React', { ...enter, nativeEvent: { isComposing: true } }],
    ['an Enter that ends the composition, recognised only by its key code', { ...enter, keyCode: 229 }],
  ])('is not %s', (_name, event) => expect(isSendingEnter(event)).toBe(false))

  it('is the only Enter that submits a form', () => {
    const prevented: string[] = []
    const send = (name: string, more: object) =>
      holdOtherEnters({ ...enter, ...more, preventDefault: () => prevented.push(name) })
    send('plain', {})
    send('composing', { nativeEvent: { isComposing: true } })
    send('held', { repeat: true })
    send('letter', { key: 'a', repeat: true })
    expect(prevented).toEqual(['composing', 'held'])
  })
})
