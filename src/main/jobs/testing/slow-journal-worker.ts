/** The journal's thread on a disk that takes a while for every statement that writes. */
import { DatabaseSync, StatementSync } from 'node:sqlite'

const pauseMs = 20
const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)

for (const [owner, name] of [
  [DatabaseSync.prototype, 'exec'],
  [StatementSync.prototype, 'run'],
] as const) {
  const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown
  Reflect.set(owner, name, function slowly(this: unknown, ...args: unknown[]) {
    pause()
    return original.apply(this, args)
  })
}

await import('../journal/journal-worker.ts')
