import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plantedBugs } from './bugs/planted-bugs.ts'
import { everyMishap } from './script/chaos.ts'

const program = join(import.meta.dirname, 'simulate.ts')
/** The session-minutes of the normal run, done by two processes with every second seed each; the planted bugs have the same seeds. */
const minutes = 20_000
/** Seeds that the normal run always reaches. */
const reachedSeeds = 200

/** A world with many cars and short visits. */
const shiftSeed = 4_801

/** Runs the simulation in a process of its own, because it replaces time and plants bugs while modules load. */
function simulate(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

describe('the simulation', () => {
  // @proves Faults: 20,000 simulated session-minutes with lost messages, crashes, sleep and full disks break no promise
  // @proves Faults: 1 token stream drops; in the simulation: it is reopened, and no session expires for it
  // @proves Faults: 2 token stream stays away; in the simulation: sessions live on with the old token
  // @proves Faults: 3 no newer token until the end; in the simulation: no call with an expired token, one end
  // @proves Faults: 4 token rotated during a call; in the simulation: calls and rotations at any time, no call is refused twice
  // @proves Faults: 5 current token rejected; in the simulation: the session ends once, and nothing is sent after it
  // @proves Faults: 7 wall clock jumps; in the simulation: no session expires for it
  // @proves Faults: 8 clocks of client and server differ; in the simulation: nothing depends on it
  // @proves Faults: 9 sleep of 30 s; in the simulation: live 3.5 s after it, over a link that is good
  // @proves Faults: 10 sleep of ten minutes; in the simulation: one end, and no prompt of a dead session stays
  // @proves Faults: 11 sleep during writes to an ECU; in the simulation: no write is repeated
  // @proves Faults: 12 flap of 200 ms; in the simulation: no session ends for it
  // @proves Faults: 13, 15 black hole; in the simulation: no prompt is lost, and no call waits beyond its limit
  // @proves Faults: 14 reset; in the simulation: no session expires for it
  // @proves Faults: 16 server restart; in the simulation: the end of every session becomes known
  // @proves Faults: 17 the restart lost the session; in the simulation: the screen says so within 20 s
  // @proves Faults: 22 operator interrupts; in the simulation: the screen says so within 20 s
  // @proves Faults: 24 reply of start or claim lost; in the simulation: no second start, and no session is left behind
  // @proves Faults: 26 page gone while a prompt waits; in the simulation: the page shows what main has published
  // @proves Faults: 27 stream dies before the receipt; in the simulation: one answer, under the id of its press
  // @proves Faults: 30 ECU silent; in the simulation: told apart from a lost link, whenever the link breaks
  // @proves Faults: 31 ECU asks for more time for ever; in the simulation: stop and finish keep their limits
  // @proves Faults: 36 application killed in a session; in the simulation: what was left is offered, with its question, and nothing else
  // @proves Faults: 37 disk full, locked or read-only; in the simulation: sessions go on
  // @proves Faults: 46 own engine crashes; in the simulation: its sessions are lost, those on other servers go on
  // @proves Jobs: In the simulation: what is shown of a job is at every look what its facts say, folded from the first one on
  // @proves Jobs: In the simulation: jobs on three servers keep the server they started on, and no token goes to another one
  // @proves Jobs: In the simulation: an accepted finish belongs to the job whose finish was pressed, and has its result
  it(`keeps every promise for ${minutes} simulated session-minutes`, async () => {
    const half = ['--minutes', String(minutes / 2), '--step', '2', '--from']
    const struck = new Set<string | undefined>()
    for (const { code, output } of await Promise.all([simulate(...half, '1'), simulate(...half, '2')])) {
      expect(output).toMatch(/ 0 failed$/m)
      expect(code).toBe(0)
      for (const text of /^mishaps: (.*)$/m.exec(output)?.[1]?.split(', ') ?? []) struck.add(text.split(' ')[0])
    }
    expect(everyMishap.filter((name) => !struck.has(name))).toEqual([])
  }, 600_000)

  // @proves Faults: A seed reproduces every event of a simulated hour
  it('reproduces a seed to the last event', async () => {
    const [first, second] = await Promise.all([simulate('--seed', '6'), simulate('--seed', '6')])
    expect(first.output.length).toBeGreaterThan(10_000)
    expect(second.output).toBe(first.output)
  }, 120_000)

  // @proves Faults: 48 shift of eight hours; in the simulation: nothing is left over in main beyond what its jobs need
  it('keeps every promise over a shift of eight hours with 200 sessions', async () => {
    const { code, output } = await simulate('--minutes', '1', '--from', String(shiftSeed), '--work', '480')
    expect(output).toMatch(/ 0 failed$/m)
    expect(code).toBe(0)
    expect(Number(/in (\d+) sessions/.exec(output)?.[1])).toBeGreaterThanOrEqual(200)
    expect(Number(/at most (-?\d+) timers/.exec(output)?.[1])).toBeLessThan(30)
  }, 300_000)

  it.each(plantedBugs)(
    'finds the planted bug $name',
    async ({ name, seed }) => {
      const run = ['--minutes', String(minutes), '--first-seed', String(seed)]
      const { code, output } = await simulate(...run, '--bug', name, '--stop-at-failure')
      expect(output).toMatch(/^seed \d+ failed:$/m)
      expect(code).toBe(1)
    },
    600_000,
  )

  it('names a planted bug whose text has changed, instead of calling it harmless', () => {
    expect(plantedBugs.length).toBeGreaterThanOrEqual(15)
    expect(plantedBugs.filter(({ seed }) => seed > reachedSeeds)).toEqual([])
    const hard = plantedBugs.filter(({ needs }) => needs === 'two faults or an interleaving')
    expect(hard.length).toBeGreaterThanOrEqual(9)
  })
})
