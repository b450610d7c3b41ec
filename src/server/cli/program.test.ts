import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { onParentMessage, printReadyLine, runProgram, stopWhenAsked } from './program.ts'

const own = process as unknown as { parentPort?: EventEmitter }
const signals = ['SIGTERM', 'SIGINT'] as const
const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]))

afterEach(() => {
  vi.restoreAllMocks()
  delete own.parentPort
  for (const signal of signals)
    for (const listener of process.listeners(signal))
      if (!before.get(signal)?.includes(listener)) process.off(signal, listener)
  process.stdout.removeAllListeners('error')
})

const none = { endsWithStdin: false, endsWithProcesses: [] }

describe('a program', () => {
  it('prints where it listens, as one line of JSON', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    printReadyLine({ host: '127.0.0.1', port: 7 })
    expect(write.mock.calls).toEqual([[`{"event":"ready","pid":${process.pid},"host":"127.0.0.1","port":7}\n`]])
  })

  it('that starts says nothing', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const explain = vi.fn()
    await runProgram(async () => undefined, explain)
    expect([write.mock.calls, explain.mock.calls]).toEqual([[], []])
  })

  it('that cannot start says why, and ends when that was written', async () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const error = new Error('no cars')
    await runProgram(
      () => Promise.reject(error),
      (given) => ({ text: `because ${(given as Error).message}`, exitCode: 3 }),
    )
    const [text, written] = write.mock.calls[0] as unknown as [string, () => void]
    expect([text, exit.mock.calls]).toEqual(['because no cars', []])
    written()
    expect(exit.mock.calls).toEqual([[3]])
  })

  it('whose ready line nobody can read ends with a sentence', async () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await runProgram(async () => undefined, vi.fn())
    process.stdout.emit('error', new Error('EPIPE'))
    expect(write.mock.calls).toEqual([
      ['Standard output cannot be written (EPIPE); keep it open until the ready line is there.\n'],
    ])
    expect(exit.mock.calls).toEqual([[1]])
  })
})

describe('the end of a program', () => {
  it.each(signals)('comes with %s, once', (signal) => {
    const stop = vi.fn(async () => undefined)
    stopWhenAsked(none, stop)
    expect(stop).not.toHaveBeenCalled()
    for (const listener of process.listeners(signal))
      if (!before.get(signal)?.includes(listener)) for (let n = 0; n < 2; n += 1) listener(signal)
    expect(stop).toHaveBeenCalledTimes(1)
  })

  it('can be asked for by the program itself', () => {
    const stop = vi.fn(async () => undefined)
    const end = stopWhenAsked(none, stop)
    end()
    end()
    expect(stop).toHaveBeenCalledTimes(1)
  })

  it('comes with the message of its parent, and with no other message', () => {
    own.parentPort = new EventEmitter()
    const stop = vi.fn(async () => undefined)
    stopWhenAsked(none, stop)
    for (const data of [{ type: 'wait' }, 'stop', null, undefined, {}]) own.parentPort.emit('message', { data })
    expect(stop).not.toHaveBeenCalled()
    own.parentPort.emit('message', { data: { type: 'stop' } })
    expect(stop).toHaveBeenCalledTimes(1)
  })

  it('comes with a process that is gone already', () => {
    const stop = vi.fn(async () => undefined)
    stopWhenAsked({ endsWithStdin: false, endsWithProcesses: [2_147_483_646] }, stop)
    expect(stop).toHaveBeenCalledTimes(1)
  })

  it.each(['end', 'close', 'error'])('comes with the %s of its input, when that is wanted', (event) => {
    const stdin = Object.assign(new EventEmitter(), { resume: vi.fn() })
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as unknown as typeof process.stdin)
    const unasked = vi.fn(async () => undefined)
    stopWhenAsked(none, unasked)
    const stop = vi.fn(async () => undefined)
    stopWhenAsked({ endsWithStdin: true, endsWithProcesses: [] }, stop)
    stdin.emit(event, new Error('gone'))
    expect([stop.mock.calls.length, unasked.mock.calls.length, stdin.resume.mock.calls.length]).toEqual([1, 0, 1])
  })
})

it('messages without a type reach nobody, and without a parent there are none', () => {
  const taken: unknown[] = []
  onParentMessage((message) => taken.push(message))
  own.parentPort = new EventEmitter()
  onParentMessage((message) => taken.push(message))
  for (const data of [{ type: 1 }, { kind: 1 }, null, 7]) own.parentPort.emit('message', { data })
  expect(taken).toEqual([{ type: 1 }])
})
