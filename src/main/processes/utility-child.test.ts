import { EventEmitter } from 'node:events'
import { expect, it, vi } from 'vitest'
import { spawnUtilityChild } from './utility-child.ts'

const electron = vi.hoisted(() => ({ fork: vi.fn() }))
vi.mock('electron', () => ({ utilityProcess: electron }))

function spawn() {
  const process = Object.assign(new EventEmitter(), {
    stdout: new EventEmitter(),
    stderr: new EventEmitter(),
    postMessage: vi.fn(),
    kill: vi.fn(),
  })
  electron.fork.mockReturnValue(process)
  const child = spawnUtilityChild({ file: '/app/engine.js', args: ['--lab'], environment: { A: '1' }, name: 'engine' })
  return { process, child }
}

it('a utility process gets exactly its arguments and environment, and no stdin', () => {
  spawn()
  expect(electron.fork).toHaveBeenLastCalledWith('/app/engine.js', ['--lab'], {
    env: { A: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    serviceName: 'engine',
  })
})

it('a utility process is read line by line, by pipe', () => {
  const { process, child } = spawn()
  const heard: string[] = []
  child.onStdoutLine((line) => heard.push(`out ${line}`))
  child.onStderrLine((line) => heard.push(`err ${line}`))
  process.stdout.emit('data', Buffer.from('first\nsec'))
  process.stderr.emit('data', Buffer.from('broken\r\n'))
  process.stdout.emit('data', Buffer.from('ond\n'))
  expect(heard).toEqual(['out first', 'err broken', 'out second'])
})

it('a utility process passes messages both ways, reports its exit once and can be killed', () => {
  const { process, child } = spawn()
  const heard: unknown[] = []
  child.onMessage((message) => heard.push(message))
  child.onExit((code) => heard.push(code))
  process.emit('message', { type: 'ready' })
  process.emit('exit', 3)
  process.emit('exit', 4)
  child.post({ type: 'stop' })
  child.kill()
  expect(heard).toEqual([{ type: 'ready' }, 3])
  expect(process.postMessage).toHaveBeenCalledWith({ type: 'stop' })
  expect(process.kill).toHaveBeenCalledOnce()
})
