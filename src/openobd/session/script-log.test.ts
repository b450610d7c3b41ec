import { PassThrough } from 'node:stream'
import type { ClientWritableStream } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, type Certainty, callFailure } from '../failure.ts'
import { GrpcStream } from '../grpc/grpc-stream.ts'
import { settle } from '../testing/fake-stream.ts'
import { ScriptLog } from './script-log.ts'
import type { SessionCalls } from './session-calls.ts'

/** Log streams that end at once: the given ones with a failure, the others with a receipt. */
function endingStreams(failures: Certainty[]) {
  let openings = 0
  const clientStream = () => {
    openings += 1
    const certainty = failures.shift()
    const raw = Object.assign(new PassThrough({ objectMode: true }), { cancel: () => undefined })
    // A writing stream of grpc-js has no `read`.
    const sends = new Proxy(raw, { has: (target, key) => key !== 'read' && key in target })
    const stream = new GrpcStream<object, never>(sends as unknown as ClientWritableStream<object>, { rpc: 'log' })
    raw.emit('status', { code: certainty ? 16 : 0, details: '' })
    const outcome: CallOutcome<object> = certainty
      ? { ok: false, failure: callFailure('log', 'unauthorised', { certainty }) }
      : succeeded({})
    return succeeded({ stream, reply: Promise.resolve(outcome) })
  }
  return { calls: { clientStream } as unknown as SessionCalls, openings: () => openings }
}

async function writeLines(log: ScriptLog, count: number): Promise<void> {
  for (let line = 0; line < count; line += 1) {
    log.write('info', `line ${line}`)
    await settle()
  }
}

it('opens no more streams after two refusals in a row, because the session is over', async () => {
  const streams = endingStreams(Array<Certainty>(20).fill('refused'))
  const log = new ScriptLog(streams.calls)
  await writeLines(log, 10)
  expect(streams.openings()).toBe(2)
  expect(log.dropped).toBe(10)
})

it('opens a new stream as often as the connection breaks', async () => {
  const streams = endingStreams(Array<Certainty>(20).fill('unclear'))
  await writeLines(new ScriptLog(streams.calls), 10)
  expect(streams.openings()).toBe(10)
})
