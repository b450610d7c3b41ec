import { describe, expect, it } from 'vitest'
import { languages } from '../shared/app-state.ts'
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
    expect(asked[0]).toMatchObject({ defaultId: 0, cancelId: 0, buttons: { length: 2 } })
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
