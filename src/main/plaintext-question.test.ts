import { describe, expect, it } from 'vitest'
import { languages } from '../shared/languages.ts'
import { type PlaintextQuestion, plaintextConsent } from './plaintext-question.ts'

describe('plaintextConsent', () => {
  it.each(languages)('names the host and refuses by default (%s)', async (language) => {
    const asked: PlaintextQuestion[] = []
    const consent = plaintextConsent(
      () => language,
      (question) => {
        asked.push(question)
        return Promise.resolve({ response: question.defaultId })
      },
    )
    expect(await consent('$&.example.test')).toBe(false)
    expect(asked[0]?.message).toContain('$&.example.test')
    expect(asked).toEqual([
      {
        type: 'warning',
        message: expect.stringMatching(/\?$/),
        detail: expect.stringMatching(/.{100}/),
        buttons: [expect.stringMatching(/./), expect.stringMatching(/./)],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      },
    ])
  })

  it('asks in the language of the moment', async () => {
    const texts: string[] = []
    for (const language of languages) {
      const consent = plaintextConsent(
        () => language,
        ({ message, detail, buttons }) => {
          texts.push(message, detail, ...buttons)
          return Promise.resolve({ response: 0 })
        },
      )
      await consent('a.example.test')
    }
    expect(new Set(texts).size).toBe(4 * languages.length)
  })

  it('asks again after a question that could not be shown', async () => {
    let isBroken = true
    const consent = plaintextConsent(
      () => 'en',
      () => (isBroken ? Promise.reject(new Error('no display')) : Promise.resolve({ response: 1 })),
    )
    await expect(consent('a.example.test')).rejects.toThrow('no display')
    isBroken = false
    expect(await consent('a.example.test')).toBe(true)
  })

  it('agrees only by the second button, and to one question at a time', async () => {
    const answers: ((answer: { response: number }) => void)[] = []
    const consent = plaintextConsent(
      () => 'en',
      () => new Promise((resolve) => answers.push(resolve)),
    )
    const first = consent('a.example.test')
    expect(await consent('b.example.test')).toBe(false)
    answers[0]?.({ response: 1 })
    expect(await first).toBe(true)
    const second = consent('c.example.test')
    answers[1]?.({ response: 0 })
    expect(await second).toBe(false)
  })
})
