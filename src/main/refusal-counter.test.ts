import { expect, it, vi } from 'vitest'
import { RefusalCounter } from './refusal-counter.ts'

it('logs the first, second, fourth … refusal of each kind, with what was refused', () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const counter = new RefusalCounter<'sender' | 'permission'>(logger)
  expect(counter.of('sender')).toBe(0)
  for (let count = 1; count <= 9; count += 1) counter.add('sender', `call ${count}`)
  counter.add('permission')
  expect(logger.warn.mock.calls).toEqual([
    ...[1, 2, 4, 8].map((count) => ['refused', { kind: 'sender', count, reason: `call ${count}` }]),
    ['refused', { kind: 'permission', count: 1, reason: '' }],
  ])
  expect([counter.of('sender'), counter.of('permission')]).toEqual([9, 1])
})
