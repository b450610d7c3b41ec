/** A process that writes facts as fast as it can and prints the number of each that is acknowledged, until it is killed. */
import { systemClock } from '../../../openobd/clock.ts'
import type { Fact } from '../../../shared/facts.ts'
import { Journal } from '../journal/journal.ts'
import { journalInWorker } from '../journal/journal-thread.ts'

const [folder = '', first = '1'] = process.argv.slice(2)
const worker = new URL('../journal/journal-worker.ts', import.meta.url)
const journal = new Journal({
  thread: journalInWorker({ file: worker, folder, nowMs: systemClock.wallMs, onReplaced: () => process.exit(7) }),
  clock: systemClock,
  random: Math.random,
  onView: () => undefined,
})
// The worker alone does not keep the process alive.
setInterval(() => undefined, 1_000)
for (let sequence = Number(first); ; sequence += 3) {
  const facts = [0, 1, 2].map((index) => fact(sequence + index))
  await journal.append('job', facts).durable
  process.stdout.write(`${sequence + 2}\n`)
}

function fact(sequence: number): Fact {
  return {
    kind: 'function-extent-known',
    job: 'job',
    sequence,
    at: sequence,
    actor: 'function',
    runId: 'x'.repeat(1 + (sequence % 120)),
    controlUnits: sequence,
  }
}
