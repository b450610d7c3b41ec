import { describe, expect, it } from 'vitest'
import type { FunctionInfo } from '../../shared/app-state.ts'
import { FunctionHosts } from './function-hosts.ts'
import type { FunctionHost } from './function-runs.ts'

const listed: FunctionInfo[] = [{ id: 'f', name: 'F', version: '1', description: '' }]

function setUp() {
  const made: { calls: unknown[][] }[] = []
  const hosts = new FunctionHosts((): FunctionHost => {
    const calls: unknown[][] = []
    made.push({ calls })
    const note =
      (name: string) =>
      (...args: unknown[]) =>
        void calls.push([name, ...args])
    return {
      functions: () => Promise.resolve(listed),
      run: note('run'),
      passToken: note('passToken'),
      stopRun: note('stopRun'),
      stop: () => Promise.resolve(note('stop')()),
    }
  })
  return { hosts, made }
}

describe('the processes that host functions', () => {
  it('are one in advance and then one per job', async () => {
    const { hosts, made } = setUp()
    expect(await hosts.functions()).toBe(listed)
    await hosts.functions()
    expect(made).toHaveLength(1)
    hosts.take()
    expect(made).toHaveLength(1)
    hosts.take()
    expect(made).toHaveLength(2)
    await hosts.functions()
    expect(made).toHaveLength(3)
  })

  it('get what their job sends, and end with it, once', async () => {
    const { hosts, made } = setUp()
    const [mine, other] = [hosts.take(), hosts.take()]
    const listener = () => undefined
    const message = { type: 'run' } as never
    expect(await mine.functions()).toBe(listed)
    mine.run(message, listener)
    mine.passToken('r', 't')
    mine.stopRun('r')
    await mine.stop()
    await mine.stop()
    expect(made[0]?.calls).toEqual([['run', message, listener], ['passToken', 'r', 't'], ['stopRun', 'r'], ['stop']])
    expect(made[1]?.calls).toEqual([])
    await other.stop()
  })

  it('all end with the application, also the spare one, and none that has ended', async () => {
    const { hosts, made } = setUp()
    const first = hosts.take()
    hosts.take()
    await hosts.functions()
    await first.stop()
    await hosts.stop()
    expect(made.map(({ calls }) => calls.length)).toEqual([1, 1, 1])
    await hosts.stop()
    expect(made.map(({ calls }) => calls.length)).toEqual([1, 1, 1])
  })
})
