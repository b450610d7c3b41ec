import { describe, expect, it, vi } from 'vitest'
import { languages } from '../shared/languages.ts'
import type { PlaintextQuestion } from './plaintext-question.ts'
import { unprotectedConsent } from './unprotected-question.ts'

const askedIn = async (language: (typeof languages)[number], response = 0) => {
  const show = vi.fn((_question: PlaintextQuestion) => Promise.resolve({ response }))
  const isAllowed = await unprotectedConsent(() => language, show)()
  const [question] = show.mock.lastCall ?? []
  if (!question) throw new Error('nothing was asked')
  return { isAllowed, question }
}

describe('the consent to store secrets without protection', () => {
  it('is given by the second button only', async () => {
    expect(await askedIn('en', 1)).toMatchObject({ isAllowed: true })
    expect(await askedIn('en', 0)).toMatchObject({ isAllowed: false })
    expect(await askedIn('en', 2)).toMatchObject({ isAllowed: false })
  })

  it.each(languages)('is a warning that refuses by default, with an explanation (%s)', async (language) => {
    const { question } = await askedIn(language)
    expect(question).toEqual({
      type: 'warning',
      message: expect.stringMatching(/\?$/),
      detail: expect.stringMatching(/.{100}/),
      buttons: [expect.stringMatching(/./), expect.stringMatching(/./)],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
  })

  it('is asked for in the language of the moment', async () => {
    const asked = await Promise.all(languages.map((language) => askedIn(language)))
    const texts = asked.flatMap(({ question: { message, detail, buttons } }) => [message, detail, ...buttons])
    expect(new Set(texts).size).toBe(4 * languages.length)
  })
})
