import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Token } from '../token.ts'
import { GrpcStream, type RawStream } from './grpc-stream.ts'

/** A stream of grpc-js without a connection: a test decides when the peer reads and what arrives. */
class Raw extends EventEmitter {
  readonly written: unknown[] = []
  readonly steps: string[] = []
  /** Whether the next writes find room. */
  hasRoom = true

  step(name: string): void {
    this.steps.push(name)
  }
  status(code: number, details = ''): void {
    this.emit('status', { code, details })
  }
}

function duplex(raw: Raw) {
  return Object.assign(raw, {
    write: (message: unknown) => {
      raw.written.push(message)
      return raw.hasRoom
    },
    end: () => raw.step('end'),
    cancel: () => raw.step('cancel'),
    read: () => null,
    resume: () => raw.step('resume'),
    pause: () => raw.step('pause'),
  })
}

function setUp(kind: 'duplex' | 'reading' | 'sending' = 'duplex', more: { queueLimit?: number } = {}) {
  const raw = duplex(new Raw())
  if (kind === 'reading') for (const name of ['write', 'end'] as const) Reflect.deleteProperty(raw, name)
  if (kind === 'sending') for (const name of ['read', 'resume', 'pause'] as const) Reflect.deleteProperty(raw, name)
  const token = new Token('session', 'CANARY')
  const stream = new GrpcStream<string, string>(raw as unknown as RawStream<string, string>, {
    rpc: 'a/b',
    token,
    ...more,
  })
  return { raw, stream }
}

/** What a promise has come to, or `open`. */
async function stateOf<T>(outcome: Promise<T>): Promise<T | 'open'> {
  await nextTurn()
  return Promise.race([outcome, Promise.resolve('open' as const)])
}

afterEach(() => void vi.useRealTimers())

describe('sending', () => {
  it('writes while the peer reads, then queues up to the limit, then refuses and counts', () => {
    const { raw, stream } = setUp('duplex', { queueLimit: 2 })
    expect(stream.send('1')).toBe('sent')
    raw.hasRoom = false
    expect(['2', '3', '4', '5', '6'].map((message) => stream.send(message))).toEqual([
      'sent',
      'queued',
      'queued',
      'full',
      'full',
    ])
    expect([raw.written, stream.queued, stream.refusedMessages]).toEqual([['1', '2'], 2, 2])
    raw.emit('drain')
    expect([raw.written, stream.queued]).toEqual([['1', '2', '3'], 1])
    raw.hasRoom = true
    raw.emit('drain')
    expect([stream.send('7'), stream.queued, raw.written]).toEqual(['sent', 0, ['1', '2', '3', '4', '7']])
  })

  it('queues 1,024 messages unless another limit is set', () => {
    const { raw, stream } = setUp()
    raw.hasRoom = false
    stream.send('first')
    for (let count = 0; count < 1_024; count += 1) stream.send('x')
    expect([stream.queued, stream.send('one too many'), stream.refusedMessages]).toEqual([1_024, 'full', 1])
  })

  it('is over after the half-close, after the status and after the end', async () => {
    const halfClosed = setUp()
    halfClosed.stream.halfClose()
    expect(halfClosed.stream.send('late')).toBe('over')
    const answered = setUp()
    answered.raw.status(0)
    expect([answered.stream.isOver, answered.stream.send('late')]).toEqual([false, 'over'])
    const stopped = setUp()
    stopped.stream.stop()
    expect([stopped.stream.isOver, stopped.stream.send('late')]).toEqual([true, 'over'])
    for (const { raw } of [halfClosed, answered, stopped]) expect(raw.written).toEqual([])
    stopped.raw.status(0)
  })

  it('is refused on a stream that only receives', () => {
    expect(() => setUp('reading').stream.send('x')).toThrow('only receives')
  })

  it('can wait until the queue is empty', async () => {
    const { raw, stream } = setUp()
    await stream.whenWritable()
    raw.hasRoom = false
    stream.send('1')
    stream.send('2')
    const [waiting, sending] = [stream.whenWritable(), stream.sendWhenWritable('3')]
    raw.emit('drain')
    expect([await stateOf(waiting), await stateOf(sending)]).toEqual(['open', 'open'])
    raw.hasRoom = true
    raw.emit('drain')
    await waiting
    expect([await sending, raw.written]).toEqual(['sent', ['1', '2', '3']])
  })

  it('no longer waits when the stream ends', async () => {
    const { raw, stream } = setUp()
    raw.hasRoom = false
    stream.send('1')
    const [waiting, sending] = [stream.whenWritable(), stream.sendWhenWritable('2')]
    stream.stop()
    await waiting
    expect(await sending).toBe('over')
    await stream.whenWritable()
    raw.status(0)
  })
})

describe('the half-close', () => {
  it('happens once, when the queue is empty', () => {
    const { raw, stream } = setUp()
    raw.hasRoom = false
    stream.send('1')
    stream.send('2')
    stream.halfClose()
    stream.halfClose()
    expect(raw.steps).toEqual([])
    raw.hasRoom = true
    raw.emit('drain')
    expect([raw.written, raw.steps]).toEqual([['1', '2'], ['end']])
    const empty = setUp()
    empty.stream.halfClose()
    expect(empty.raw.steps).toEqual(['end'])
  })

  it('makes the end of the server one of ours', async () => {
    const { raw, stream } = setUp()
    stream.halfClose()
    raw.emit('end')
    raw.status(0)
    expect(await stream.ended).toEqual({ kind: 'stopped' })
  })
})

describe('the end of a stream', () => {
  it.each([0, 1])('with status %i is quiet', async (code) => {
    const { raw, stream } = setUp()
    raw.emit('end')
    expect(await stateOf(stream.ended)).toBe('open')
    raw.status(code)
    expect(await stream.ended).toEqual({ kind: 'ended' })
  })

  it('with another status is a failure of its rpc, without its token', async () => {
    const { raw, stream } = setUp()
    raw.status(5, 'nothing for CANARY')
    raw.emit('end')
    expect(await stream.ended).toMatchObject({
      kind: 'failed',
      failure: { code: 'not-found', rpc: 'a/b', detail: 'nothing for …' },
    })
  })

  it('waits until everything was delivered', async () => {
    const { raw, stream } = setUp()
    stream.onMessage(() => undefined)
    raw.status(0)
    expect([await stateOf(stream.ended), raw.steps]).toEqual(['open', []])
    raw.emit('data', 'last')
    raw.emit('end')
    expect([await stream.ended, stream.received]).toEqual([{ kind: 'ended' }, 1])
  })

  it('of a stream that nobody reads is read to its end', async () => {
    const { raw } = setUp()
    raw.status(0)
    expect(raw.steps).toEqual(['resume'])
    const sending = setUp('sending')
    sending.raw.status(0)
    expect([await sending.stream.ended, sending.raw.steps]).toEqual([{ kind: 'ended' }, []])
  })

  it('by an error without a status is an internal failure, and an error with one waits for its status', async () => {
    const { raw, stream } = setUp()
    raw.emit('error', Object.assign(new Error('x'), { code: 5 }))
    expect(await stateOf(stream.ended)).toBe('open')
    raw.emit('error', new Error('broken'))
    expect(await stream.ended).toMatchObject({
      kind: 'failed',
      failure: { code: 'internal', certainty: 'unclear', rpc: 'a/b' },
    })
    raw.emit('end')
    raw.status(0)
    expect(await stream.ended).toMatchObject({ kind: 'failed' })
  })
})

describe('a stop', () => {
  it('half-closes, reads on without delivering, and cancels when the server does not end in time', async () => {
    vi.useFakeTimers()
    const { raw, stream } = setUp()
    const seen: string[] = []
    stream.onMessage((message) => void seen.push(message))
    stream.stop()
    stream.stop()
    expect([stream.isOver, await stream.ended, raw.steps]).toEqual([true, { kind: 'stopped' }, ['end', 'resume']])
    raw.emit('data', 'late')
    expect([seen, stream.received]).toEqual([[], 0])
    vi.advanceTimersByTime(1_999)
    expect(raw.steps).toEqual(['end', 'resume'])
    vi.advanceTimersByTime(1)
    expect(raw.steps).toEqual(['end', 'resume', 'cancel'])
  })

  it('cancels nothing when the server ends in time, and takes its own grace time', () => {
    vi.useFakeTimers()
    const { raw, stream } = setUp()
    stream.stop(50)
    raw.status(0)
    expect(vi.getTimerCount()).toBe(0)
    const slow = setUp()
    slow.stream.stop(50)
    vi.advanceTimersByTime(50)
    expect(slow.raw.steps).toContain('cancel')
  })

  it('of a stream that only receives cancels it, in a later turn', async () => {
    const { raw, stream } = setUp('reading')
    stream.stop()
    expect(raw.steps).toEqual(['resume'])
    await nextTurn()
    expect(raw.steps).toEqual(['resume', 'cancel'])
  })

  it('of a stream that only sends half-closes it', () => {
    vi.useFakeTimers()
    const { raw, stream } = setUp('sending')
    stream.stop()
    expect(raw.steps).toEqual(['end'])
  })

  it('drops what is queued', () => {
    vi.useFakeTimers()
    const { raw, stream } = setUp()
    raw.hasRoom = false
    stream.send('1')
    stream.send('2')
    stream.stop()
    expect(stream.queued).toBe(0)
    raw.emit('drain')
    expect(raw.written).toEqual(['1'])
  })
})

describe('receiving', () => {
  it('has one consumer, on a stream that can be read', () => {
    const { stream } = setUp()
    stream.onMessage(() => undefined)
    expect(() => stream.onMessage(() => undefined)).toThrow('one consumer')
    expect(() => setUp('sending').stream.onMessage(() => undefined)).toThrow('only sends')
  })

  it('listens to nothing after the end', () => {
    const { raw, stream } = setUp()
    stream.stop(0)
    stream.onMessage(() => undefined)
    expect(raw.listenerCount('data')).toBe(0)
    raw.status(0)
  })

  it('pauses while the consumer is busy', async () => {
    const { raw, stream } = setUp()
    const busy = Promise.withResolvers<void>()
    stream.onMessage((message) => (message === 'slow' ? busy.promise : undefined))
    raw.emit('data', 'quick')
    expect(raw.steps).toEqual([])
    raw.emit('data', 'slow')
    await nextTurn()
    expect(raw.steps).toEqual(['pause'])
    busy.resolve()
    await nextTurn()
    expect(raw.steps).toEqual(['pause', 'resume'])
  })

  it('as an iteration reads ahead a little, and stops the stream when it is left', async () => {
    const { raw, stream } = setUp()
    const messages = stream.messages(2)
    const first = messages.next()
    expect(await stateOf(first)).toBe('open')
    raw.emit('data', 'a')
    expect(await first).toEqual({ done: false, value: 'a' })
    raw.emit('data', 'b')
    await nextTurn()
    expect(raw.steps).toEqual([])
    raw.emit('data', 'c')
    await nextTurn()
    expect(raw.steps).toEqual(['pause'])
    expect(await messages.next()).toEqual({ done: false, value: 'b' })
    await nextTurn()
    expect(raw.steps).toEqual(['pause', 'resume'])
    await messages.return()
    expect([stream.isOver, await stream.ended]).toEqual([true, { kind: 'stopped' }])
    raw.status(0)
  })

  it('as an iteration gives everything before it ends', async () => {
    const { raw, stream } = setUp()
    const seen: string[] = []
    const reading = (async () => {
      for await (const message of stream.messages()) seen.push(message)
    })()
    await nextTurn()
    for (const message of ['a', 'b']) raw.emit('data', message)
    raw.emit('end')
    raw.status(0)
    await reading
    expect([seen, await stream.ended]).toEqual([['a', 'b'], { kind: 'ended' }])
  })
})
