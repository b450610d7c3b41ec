import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type RawStream, RpcStream } from './rpc-stream.ts'

/** A call as grpc-js hands it over; what it cannot do, it does not have. */
function played(can: 'read' | 'write' | 'both' = 'both') {
  const calls: string[] = []
  const written: unknown[] = []
  const call = Object.assign(new EventEmitter(), {
    takes: true,
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    ...(can === 'write' ? {} : { read: () => null }),
    ...(can === 'read'
      ? {}
      : {
          write: (message: unknown): boolean => {
            written.push(message)
            return call.takes
          },
        }),
  })
  const stream = new RpcStream<unknown, unknown>(call as unknown as RawStream<unknown, unknown>, '/p/r')
  return { call, stream, calls, written }
}

const stateOf = (promise: Promise<unknown>) =>
  Promise.race([
    promise.then(
      () => 'resolved',
      (error: Error) => `rejected: ${error.message}`,
    ),
    nextTurn('waiting'),
  ])

describe('a stream of a server', () => {
  it.each(['cancelled', 'close', 'error'])('is over when the call is %s, without a failure', async (event) => {
    const { call, stream } = played()
    expect([stream.over.aborted, stream.path]).toEqual([false, '/p/r'])
    const over = stream.whenOver()
    expect(await stateOf(over)).toBe('waiting')
    call.emit(event, new Error('broken'))
    expect([stream.over.aborted, stream.failure]).toEqual([true, undefined])
    expect(await stateOf(over)).toBe('resolved')
    expect(await stateOf(stream.whenOver())).toBe('resolved')
  })

  it('keeps the failure with which it was ended first', () => {
    const { call, stream } = played()
    const failure = new Error('no more')
    stream.end(failure)
    stream.end(new Error('later'))
    call.emit('close')
    expect(stream.failure).toBe(failure)
  })

  it('survives several errors of its call', () => {
    const { call } = played()
    expect(() => {
      call.emit('error', new Error('one'))
      call.emit('error', new Error('two'))
    }).not.toThrow()
  })
})

describe('sending', () => {
  it('stops reading while the peer does not read, and goes on when it does', async () => {
    const { call, stream, calls, written } = played()
    stream.send('a')
    expect([stream.isCongested, calls]).toEqual([false, []])
    call.takes = false
    stream.send('b')
    expect([stream.isCongested, calls, written]).toEqual([true, ['pause'], ['a', 'b']])
    const drained = stream.whenDrained()
    expect(await stateOf(drained)).toBe('waiting')
    call.emit('drain')
    expect(await stateOf(drained)).toBe('resolved')
    expect([stream.isCongested, calls]).toEqual([false, ['pause', 'resume']])
    expect(await stateOf(stream.whenDrained())).toBe('resolved')
  })

  it('has no effect on a stream that is over or only reads', async () => {
    const { stream, written, call } = played()
    call.takes = false
    stream.send('a')
    const drained = stream.whenDrained()
    stream.end()
    stream.send('b')
    expect(written).toEqual(['a'])
    expect(await stateOf(drained)).toBe('resolved')
    expect(call.listenerCount('drain')).toBe(1)
    const reading = played('read').stream
    reading.send('a')
    expect([reading.isCongested, await stateOf(reading.whenDrained())]).toEqual([false, 'resolved'])
  })

  it('on a stream that only writes pauses nothing', () => {
    const { call, stream, calls } = played('write')
    call.takes = false
    stream.send('a')
    call.emit('drain')
    expect([stream.isCongested, calls]).toEqual([false, []])
  })
})

describe('receiving', () => {
  it('takes messages in order until the half-close, and nothing afterwards', async () => {
    const { call, stream } = played()
    const taken: unknown[] = []
    const done = stream.receive((message) => void taken.push(message))
    call.emit('data', 1)
    call.emit('data', 2)
    expect(await stateOf(done)).toBe('waiting')
    call.emit('end')
    expect(await stateOf(done)).toBe('resolved')
    call.emit('data', 3)
    expect([taken, call.listenerCount('data')]).toEqual([[1, 2], 0])
  })

  it('waits for a message that takes its time before the next one and before the end', async () => {
    const { call, stream, calls } = played()
    const step = Promise.withResolvers<void>()
    const done = stream.receive(() => step.promise)
    call.emit('data', 1)
    expect(calls).toEqual(['pause'])
    call.emit('end')
    expect(await stateOf(done)).toBe('waiting')
    step.resolve()
    expect(await stateOf(done)).toBe('resolved')
    expect(calls).toEqual(['pause', 'resume'])
  })

  it('reads on only when nothing is in its way', async () => {
    const { call, stream, calls } = played()
    const step = Promise.withResolvers<void>()
    void stream.receive(() => step.promise)
    call.emit('data', 1)
    call.takes = false
    stream.send('a')
    call.emit('drain')
    expect(calls).toEqual(['pause', 'pause'])
    stream.send('b')
    step.resolve()
    await nextTurn()
    expect(calls).toEqual(['pause', 'pause', 'pause'])
    call.emit('drain')
    expect(calls.at(-1)).toBe('resume')
    stream.end()
    call.emit('drain')
    expect(calls.filter((one) => one === 'resume')).toHaveLength(1)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('unfit')
      },
    ],
    ['rejects', () => Promise.reject(new Error('unfit'))],
  ])('ends with what its consumer %s', async (_how, take) => {
    const { call, stream } = played()
    const done = stream.receive(take as () => void)
    call.emit('data', 1)
    expect(await stateOf(done)).toBe('rejected: unfit')
    expect(call.listenerCount('data')).toBe(0)
  })

  it('ends with the stream, and takes nothing that comes later', async () => {
    const { call, stream } = played()
    const taken: unknown[] = []
    const done = stream.receive((message) => void taken.push(message))
    stream.end()
    call.emit('data', 1)
    expect(await stateOf(done)).toBe('resolved')
    expect(taken).toEqual([])
    expect(await stateOf(stream.receive(() => undefined))).toBe('resolved')
  })

  it('on a stream that only writes waits for its end', async () => {
    const { stream } = played('write')
    const done = stream.receive(() => undefined)
    expect(await stateOf(done)).toBe('waiting')
    stream.end()
    expect(await stateOf(done)).toBe('resolved')
  })
})
