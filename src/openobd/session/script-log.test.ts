import { PassThrough } from 'node:stream'
import type { ClientWritableStream } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, type Certainty, callFailure } from '../failure.ts'
import { GrpcStream } from '../grpc/grpc-stream.ts'
import { ManualClock } from '../manual-clock.ts'
import { FakeDuplex } from '../testing/fake-duplex.ts'
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

/** One log stream that stays open; a test answers it. */
function openStream() {
  const stream = Object.assign(new FakeDuplex<object, never>(), { halfCloses: 0 })
  Object.assign(stream, {
    halfClose: () => {
      stream.halfCloses += 1
    },
  })
  const reply = Promise.withResolvers<CallOutcome<object>>()
  const paths: string[] = []
  const clientStream = ({ path }: { path: string }) => {
    paths.push(path)
    return succeeded({ stream, reply: reply.promise })
  }
  return { stream, reply, paths, calls: { clientStream } as unknown as SessionCalls }
}

it('writes its lines on one stream, with their level', () => {
  const { stream, paths, calls } = openStream()
  const log = new ScriptLog(calls)
  log.write('info', 'one')
  log.write('error', 'two')
  expect(paths).toEqual(['/openOBD.v1.logging/openLogStream'])
  expect(stream.sent).toEqual([
    { content: 'one', level: 'LOG_LEVEL_INFO' },
    { content: 'two', level: 'LOG_LEVEL_ERROR' },
  ])
  expect(log.dropped).toBe(0)
})

it.each([
  ['full', 1],
  ['over', 1],
  ['queued', 0],
] as const)('counts a line on a stream that is %s as dropped: %i', (sendOutcome, dropped) => {
  const { stream, calls } = openStream()
  const log = new ScriptLog(calls)
  stream.sendOutcome = sendOutcome
  log.write('info', 'one')
  expect(log.dropped).toBe(dropped)
})

it('is closed with the receipt of the server, and leaves no timer', async () => {
  const { stream, reply, calls } = openStream()
  const clock = new ManualClock()
  const log = new ScriptLog(calls, clock)
  log.write('info', 'one')
  const closing = log.close()
  expect([stream.halfCloses, stream.stops, clock.pendingTimers]).toEqual([1, 0, 1])
  reply.resolve(succeeded({}))
  expect(await closing).toEqual({ ok: true, value: null })
  expect([stream.stops, clock.pendingTimers]).toEqual([1, 0])
})

it('is closed with the failure of the server, or after 5 s without an answer', async () => {
  const failing = openStream()
  const log = new ScriptLog(failing.calls)
  log.write('info', 'one')
  const failure = { ok: false, failure: callFailure('log', 'internal') } as const
  failing.reply.resolve(failure)
  expect(await log.close()).toBe(failure)
  const silent = openStream()
  const clock = new ManualClock()
  const late = new ScriptLog(silent.calls, clock)
  late.write('info', 'one')
  const closing = late.close()
  await clock.advanceAsync(4_999)
  expect(silent.stream.stops).toBe(0)
  await clock.advanceAsync(1)
  expect(await closing).toMatchObject({
    failure: { code: 'timed-out', certainty: 'unclear', rpc: 'logging/openLogStream' },
  })
  expect(silent.stream.stops).toBe(1)
})

it('has nothing to close before its first line, and opens a stream again after it was closed', async () => {
  const { paths, reply, calls } = openStream()
  const log = new ScriptLog(calls)
  expect(await log.close()).toEqual({ ok: true, value: null })
  expect(paths).toEqual([])
  log.write('info', 'one')
  reply.resolve(succeeded({}))
  await log.close()
  log.write('info', 'two')
  expect(paths).toHaveLength(2)
})

it('drops its lines when no stream can be opened', () => {
  const refusal = { ok: false, failure: callFailure('log', 'session-expired') } as const
  const log = new ScriptLog({ clientStream: () => refusal } as unknown as SessionCalls)
  log.write('info', 'one')
  expect(log.dropped).toBe(1)
})

it('takes refusals for an end of the session only when they follow each other', async () => {
  const streams = endingStreams(['refused', 'unclear', 'refused', 'unclear', 'refused'])
  const log = new ScriptLog(streams.calls)
  await writeLines(log, 8)
  expect(streams.openings()).toBe(8)
})
