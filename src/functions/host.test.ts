import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const script = join(import.meta.dirname, 'host.ts')

describe('the process that hosts functions', () => {
  it('exits with 0 when main has ended', async () => {
    const host = fork(script, { stdio: 'ignore' })
    const [ready] = await once(host, 'message')
    expect(ready).toMatchObject({ type: 'ready' })
    const ended = once(host, 'exit')
    host.disconnect()
    expect((await ended)[0]).toBe(0)
  })

  it('keeps running after unknown messages', async () => {
    const host = fork(script, { stdio: 'ignore' })
    await once(host, 'message')
    for (const nonsense of [0, 'x', [], { type: 'run' }, { type: 'stop', runId: 7 }]) host.send(nonsense)
    host.send({
      type: 'run',
      runId: 'r',
      functionId: 'none',
      sessionToken: 't',
      language: 'en',
      endpoint: { host: 'h', port: 1, secure: true },
    })
    expect((await once(host, 'message'))[0]).toMatchObject({ type: 'ended', failureCode: 'not-found' })
    const ended = once(host, 'exit')
    host.send({ type: 'close' })
    expect((await ended)[0]).toBe(0)
  })

  it('reports the missing pipe when it is started by hand', async () => {
    const host = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    host.stderr.on('data', (chunk) => {
      words += String(chunk)
    })
    expect((await once(host, 'close'))[0]).toBe(1)
    expect(words).toContain('no pipe')
  })
})
