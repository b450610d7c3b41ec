import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const script = join(import.meta.dirname, 'host.ts')

describe('the process that hosts functions', () => {
  it('exits with 0 when main has ended, also after messages that it does not know', async () => {
    const host = fork(script, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let words = ''
    host.stderr?.on('data', (chunk) => {
      words += String(chunk)
    })
    for (const nonsense of [0, 'x', [], { type: 'offer' }, { type: 'run', token: 'CANARY' }]) host.send(nonsense)
    await expect.poll(() => words.split('message-refused').length).toBe(6)
    const ended = once(host, 'exit')
    host.disconnect()
    expect((await ended)[0]).toBe(0)
    expect(words).not.toContain('CANARY')
  })

  it('reports the missing port when it is started by hand', async () => {
    const host = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    host.stderr.on('data', (chunk) => {
      words += String(chunk)
    })
    expect((await once(host, 'close'))[0]).toBe(1)
    expect(words).toContain('no port')
  })
})
