import { describe, expect, it } from 'vitest'
import { resultSchema, serviceResultSchema, userFeedbackSchema } from '../../../shared/service-result.ts'
import { functionRunSchema } from '../../../shared/session.ts'
import { sampleRun } from '../../testing/sample-state.ts'
import { type FinishChoice, type FinishWarning, finishWarnings, firstChoice, serviceResultOf } from './finish-rules.ts'
import { offeredFeedback, offeredResults } from './wire-names.ts'

const choice = (more: Partial<FinishChoice>): FinishChoice => ({
  results: [],
  feedback: 'none',
  description: '',
  ...more,
})
const good = { state: 'good', running: 'fine' } as const
const lost = { state: 'lost', running: 'impossible' } as const
const slow = { state: 'slow', running: 'not-advisable' } as const
const none = { state: 'none', running: 'fine' } as const
const failedRun = sampleRun(0, 'failed')
const succeededRun = sampleRun(0, 'succeeded')
const doubtfulRun = { ...succeededRun, suggestedResult: { results: ['invalid-preconditions' as const] } }

describe('finishWarnings', () => {
  it.each([
    [
      'success although the function failed',
      choice({ results: ['success'] }),
      failedRun,
      good,
      'success-but-function-failed',
    ],
    ['success although the link is lost', choice({ results: ['success'] }), undefined, lost, 'success-but-link-lost'],
    [
      'success together with a failure',
      choice({ results: ['success', 'failure'] }),
      undefined,
      good,
      'success-and-failure',
    ],
    [
      'a failure although the function succeeded',
      choice({ results: ['runtime-error'] }),
      succeededRun,
      good,
      'failure-but-function-succeeded',
    ],
    [
      'a communication failure on a good link',
      choice({ results: ['communication-error'] }),
      failedRun,
      good,
      'communication-but-link-good',
    ],
    [
      'success with a complaint',
      choice({ results: ['success'], feedback: 'failure' }),
      undefined,
      good,
      'feedback-contradicts-result',
    ],
    [
      'a failure with praise',
      choice({ results: ['failure'], feedback: 'success' }),
      undefined,
      good,
      'feedback-contradicts-result',
    ],
    [
      'finishing while the function runs',
      choice({ results: ['success'] }),
      sampleRun(0),
      good,
      'function-still-running',
    ],
    [
      'success although the function suggests a failure',
      choice({ results: ['success'] }),
      doubtfulRun,
      good,
      'success-but-function-reports-otherwise',
    ],
  ] as const)('warns of %s', (_title, chosen, run, link, warning) => {
    expect(finishWarnings(chosen, run, link)).toContain(warning)
  })

  it.each([
    ['success after a success', choice({ results: ['success'], feedback: 'success' }), succeededRun, good],
    ['success that needs validation', choice({ results: ['success', 'needs-validation'] }), succeededRun, good],
    ['a communication failure on a lost link', choice({ results: ['communication-error'] }), failedRun, lost],
    ['a communication failure on a slow link', choice({ results: ['communication-error'] }), failedRun, slow],
    [
      'a request for help beside a failure',
      choice({ results: ['failure'], feedback: 'assistance-requested', description: 'The module does not wake up' }),
      failedRun,
      good,
    ],
    ['no choice', choice({}), failedRun, lost],
    ['success when no link was ever seen', choice({ results: ['success'] }), undefined, none],
    ['the failure that the function suggests', choice({ results: ['invalid-preconditions'] }), doubtfulRun, good],
  ] as const)('does not warn of %s', (_title, chosen, run, link) => {
    expect(finishWarnings(chosen, run, link)).toEqual([])
  })
})

describe('finishing as a success', () => {
  const success = choice({ results: ['success'] })
  const contradictions: readonly FinishWarning[] = [
    'success-but-function-failed',
    'success-but-function-stopped',
    'success-but-function-reports-otherwise',
    'function-still-running',
  ]

  // @proves Stories: Finishing as a success warns whenever the function did not report one
  it.each(
    functionRunSchema.shape.status.options.flatMap((status) =>
      [undefined, ...resultSchema.options].map((result) => [status, result] as const),
    ),
  )('after a run that %s with the result %s warns exactly when that is no success', (status, result) => {
    const run = { ...sampleRun(0, status), suggestedResult: result && { results: [result] } }
    const isSuccess = status === 'succeeded' && result === 'success'
    const warned = finishWarnings(success, run, good).filter((warning) => contradictions.includes(warning))
    expect(warned.length > 0).toBe(!isSuccess)
  })

  it('warns of a failure without a reason, but not with one', () => {
    expect(finishWarnings(choice({ results: ['failure'] }), undefined, none)).toEqual(['failure-without-reason'])
    const reason = choice({ results: ['failure'], description: 'Bolt broke' })
    expect(finishWarnings(reason, undefined, none)).toEqual([])
  })
})

describe('firstChoice', () => {
  it('uses what the function suggests', () => {
    const suggestedResult = { results: ['communication-error' as const], description: 'no answer from 7E0' }
    expect(firstChoice({ ...failedRun, suggestedResult })).toEqual({
      results: ['communication-error'],
      feedback: 'none',
      description: 'no answer from 7E0',
    })
  })
  it('is success after a success', () => expect(firstChoice(succeededRun).results).toEqual(['success']))
  it('is an error of the function after a failure without a suggestion', () => {
    expect(firstChoice(failedRun).results).toEqual(['runtime-error'])
  })
  it('is a communication failure when the car was not reached', () => {
    const failure = { code: 'car-not-reached', nextAction: 'retry', correlationId: '' } as const
    expect(firstChoice({ ...failedRun, failure }).results).toEqual(['communication-error'])
  })
  it('is work to complete after a stop', () => {
    expect(firstChoice(sampleRun(0, 'stopped')).results).toEqual(['needs-completion'])
  })
  it('is empty after a run without a result', () => {
    expect(firstChoice({ ...succeededRun, suggestedResult: undefined }).results).toEqual([])
  })
  it('is empty without a function', () => expect(firstChoice(undefined).results).toEqual([]))
})

describe('serviceResultOf', () => {
  it('is null without a result', () => expect(serviceResultOf(choice({ feedback: 'success' }))).toBeNull())

  it('leaves out a feedback that was not given', () => {
    const result = serviceResultOf(choice({ results: ['success'] }))
    expect(result).toEqual({ results: ['success'] })
    expect(Object.hasOwn(result ?? {}, 'userFeedback')).toBe(false)
  })

  it('distinguishes “nothing” from no feedback', () => {
    expect(serviceResultOf(choice({ results: ['success'], feedback: 'nothing' }))?.userFeedback).toBe('nothing')
  })

  it('fits the contract for every feedback', () => {
    for (const feedback of ['none', ...userFeedbackSchema.options] as const) {
      const result = serviceResultOf(choice({ results: ['failure', 'needs-validation'], feedback, description: ' x ' }))
      expect(serviceResultSchema.parse(result)).toMatchObject({ description: 'x' })
    }
  })
})

describe('the offered choices', () => {
  it('are every result and every feedback of the protocol, once each', () => {
    expect([...offeredResults].sort()).toEqual([...resultSchema.options].sort())
    expect([...offeredFeedback].sort()).toEqual([...userFeedbackSchema.options].sort())
  })
})
