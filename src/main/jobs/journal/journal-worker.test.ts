import { EventEmitter } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'

it('answers each call with its number, and ends after the last one', async () => {
  const port = Object.assign(new EventEmitter(), { postMessage: vi.fn(), close: vi.fn() })
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  vi.doMock('node:worker_threads', () => ({ parentPort: port, workerData: { folder } }))
  await import('./journal-worker.ts')
  port.emit('message', { id: 7, call: { kind: 'open' } })
  expect(port.postMessage).toHaveBeenLastCalledWith({ id: 7, answer: expect.objectContaining({ ok: true }) })
  expect(port.close).not.toHaveBeenCalled()
  port.emit('message', { id: 8, call: { kind: 'close' } })
  expect(port.postMessage).toHaveBeenLastCalledWith({ id: 8, answer: expect.objectContaining({ ok: true }) })
  expect(port.close).toHaveBeenCalledOnce()
})
