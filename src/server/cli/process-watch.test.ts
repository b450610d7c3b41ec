import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { identityOf, whenGone } from './process-watch.ts'

const idle = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
const children: ReturnType<typeof idle>[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function started() {
  const child = idle()
  children.push(child)
  return { child, pid: child.pid ?? 0 }
}

it('tells once when one of several processes was killed', async () => {
  const one = started()
  const other = started()
  let calls = 0
  whenGone([process.pid, one.pid, other.pid], () => {
    calls += 1
  })
  expect(calls).toBe(0)
  one.child.kill('SIGKILL')
  await expect.poll(() => calls).toBe(1)
  other.child.kill('SIGKILL')
  await once(other.child, 'exit')
  expect(calls).toBe(1)
})

it('tells at once that a process has ended before', async () => {
  const { child, pid } = started()
  child.kill('SIGKILL')
  await once(child, 'exit')
  let isGone = false
  whenGone([pid], () => {
    isGone = true
  })
  expect(isGone).toBe(true)
})

it.runIf(process.platform === 'linux')('takes a process that nobody has waited for as ended', async () => {
  // The shell is replaced by sleep, which never waits for the former child.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(parent as never)
  const [line] = await once(parent.stdout, 'data')
  await expect.poll(() => identityOf(Number(line))).toBeUndefined()
  expect(identityOf(parent.pid ?? 0)).toMatch(/^\d+$/)
})

it('knows a process of somebody else', () => {
  expect(identityOf(1)).toBeDefined()
})
