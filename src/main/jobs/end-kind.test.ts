import { expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { SessionState } from '../../shared/session.ts'
import { endKindOf } from './end-kind.ts'
import { info } from './testing/jobs-bench.ts'

it.each<[SessionState, ReturnType<typeof endKindOf>]>([
  ['available', undefined],
  ['active', undefined],
  ['unknown', undefined],
  ['finished', 'finished'],
  ['interrupted', 'interrupted'],
  ['failed', 'failed'],
])('a session that the server reports as %s has ended as %s', (state, kind) => {
  expect(endKindOf(succeeded(info('s', state)))).toBe(kind)
})

it('a session that the server does not know is lost, and one that it does not answer about has an unknown end', () => {
  expect(endKindOf(refused('x', 'not-found'))).toBe('lost')
  expect(endKindOf(refused('x', 'connection-lost'))).toBe('unknown')
})
