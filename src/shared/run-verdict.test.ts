import { describe, expect, it } from 'vitest'
import { runVerdict } from './run-verdict.ts'
import { type Result, resultSchema } from './service-result.ts'
import { functionRunSchema } from './session.ts'

const open: readonly Result[] = ['needs-validation', 'needs-completion']
const statuses = functionRunSchema.shape.status.options

describe('runVerdict', () => {
  // @proves Sessions and links: A function counts as a success only when every result that it reports is a success
  it.each(resultSchema.options)('rates a run with the result %s no better than that result', (result) => {
    const expected = result === 'success' ? 'success' : open.includes(result) ? 'open' : 'failure'
    expect(runVerdict({ status: 'succeeded', suggestedResult: { results: [result] } })).toBe(expected)
    const both = runVerdict({ status: 'succeeded', suggestedResult: { results: ['success', result] } })
    expect(both).toBe(expected)
  })

  it.each(statuses)('does not count the status %s alone as a success', (status) => {
    expect(runVerdict({ status })).not.toBe('success')
  })

  it.each(statuses.filter((status) => status !== 'succeeded'))(
    'does not count a run that is %s as a success',
    (status) => {
      expect(runVerdict({ status, suggestedResult: { results: ['success'] } })).not.toBe('success')
    },
  )
})
