import { describe, expect, it } from 'vitest'
import type { Prompt } from '../../../shared/prompt.ts'
import { otherSession, sampleJob, samplePrompt } from '../../testing/sample-state.ts'
import { openQuestions, waitingFor } from './waiting-for.ts'

const ask = (more: Partial<Prompt> = {}) => samplePrompt(0, { kind: 'yesno', label: 'On?' }, more)
const job = (more: Parameters<typeof sampleJob>[1] = {}) => sampleJob(0, more)

describe('waitingFor', () => {
  it.each([
    ['nobody', job(), []],
    ['function', job({ functionName: 'Identify the car' }), []],
    ['you', job({ functionName: 'Identify the car' }), [ask()]],
    ['you', job(), [ask({ target: 'operator' }), ask({ id: 'b' })]],
    ['you', job({ link: 'lost' }), [ask()]],
    ['operator', job(), [ask({ target: 'operator' })]],
    ['nobody', job(), [ask({ answer: { state: 'answered' } })]],
    ['nobody', job(), [ask({ session: otherSession })]],
    ['nobody', job(), [samplePrompt(0, { kind: 'label', label: 'Reading', minimalDisplayTimeMs: 0 })]],
    ['link', job({ link: 'unplugged', functionName: 'Identify the car' }), []],
    ['nobody', job({ link: 'voltage-low' }), []],
    ['server', job({ phase: 'claiming' }), []],
    ['server', job({ phase: 'finishing', link: 'lost' }), []],
    ['ended', job({ phase: 'ended' }), [ask()]],
  ] as const)('is %s', (expected, tile, prompts) => expect(waitingFor(tile, prompts)).toBe(expected))
})

it('open questions are those of one session', () => {
  const others = [ask({ id: 'b', session: otherSession }), ask({ id: 'c', answer: { state: 'answered' } })]
  expect(openQuestions('session-1', [ask(), ...others]).map(({ id }) => id)).toEqual([ask().id])
})
