import nodeCrypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import type { SeededRandom } from './random.ts'
import { epochMs, type Scheduler, type Waiting } from './scheduler.ts'

const RealDate = Date
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  Date: RealDate,
  random: Math.random,
  performanceNow: performance.now,
  randomUuid: nodeCrypto.randomUUID,
  randomBytes: nodeCrypto.randomBytes,
  webRandomUuid: globalThis.crypto.randomUUID,
  abortTimeout: AbortSignal.timeout,
  wait: timersPromises.setTimeout,
  nextTurn: timersPromises.setImmediate,
}

/** Real time, for progress and measurements outside of the world. */
export const realNowMs = (): number => real.performanceNow.call(performance)

/** Replaces every source of time and of random numbers of this process by those of a world; the returned function restores them. */
export function installVirtualGlobals(scheduler: Scheduler, random: SeededRandom): () => void {
  const globals = globalThis as unknown as Record<string, unknown>
  Object.assign(globals, virtualTimers(scheduler), { Date: virtualDate(scheduler) })
  Math.random = random.next
  performance.now = () => scheduler.monotonicMs()
  const randomUuid = () => uuidOf(random)
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => random.uint32() & 0xff))
  Object.assign(nodeCrypto, { randomUUID: randomUuid, randomBytes })
  Object.defineProperty(globalThis.crypto, 'randomUUID', { value: randomUuid, configurable: true, writable: true })
  Object.assign(AbortSignal, { timeout: refuse('AbortSignal.timeout') })
  Object.assign(timersPromises, {
    setTimeout: (ms: number, value: unknown, options?: { signal?: AbortSignal }) =>
      virtualWait(scheduler, ms, value, options?.signal),
    setImmediate: () => virtualWait(scheduler, 0, undefined, undefined),
  })
  syncBuiltinESMExports()
  return restore
}

function restore(): void {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = real
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate }
  Object.assign(globalThis, timers, { Date: RealDate })
  Math.random = real.random
  performance.now = real.performanceNow
  Object.assign(nodeCrypto, { randomUUID: real.randomUuid, randomBytes: real.randomBytes })
  Object.defineProperty(globalThis.crypto, 'randomUUID', {
    value: real.webRandomUuid,
    configurable: true,
    writable: true,
  })
  Object.assign(AbortSignal, { timeout: real.abortTimeout })
  Object.assign(timersPromises, { setTimeout: real.wait, setImmediate: real.nextTurn })
  syncBuiltinESMExports()
}

/** Something in the world reached for real time or a real device. */
const refuse = (what: string) => () => {
  throw new Error(`${what} is not simulated.`)
}

class VirtualTimer {
  readonly #waiting: Waiting
  constructor(waiting: Waiting) {
    this.#waiting = waiting
  }
  cancel(): void {
    this.#waiting.cancel()
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return false
  }
}

function virtualTimers(scheduler: Scheduler) {
  type Callback = (...args: unknown[]) => void
  const clear = (timer: VirtualTimer | undefined) => timer?.cancel()
  return {
    setTimeout: (run: Callback, ms = 0, ...args: unknown[]) =>
      new VirtualTimer(scheduler.timer(Math.max(1, ms), () => run(...args), scheduler.current)),
    setImmediate: (run: Callback, ...args: unknown[]) =>
      new VirtualTimer(scheduler.timer(0, () => run(...args), scheduler.current)),
    setInterval: refuse('setInterval'),
    clearTimeout: clear,
    clearImmediate: clear,
    clearInterval: clear,
  }
}

function virtualDate(scheduler: Scheduler): DateConstructor {
  return class VirtualDate extends RealDate {
    constructor(...args: unknown[]) {
      // The constructor of Date has overloads that a spread cannot express.
      super(...((args.length === 0 ? [scheduler.wallMs()] : args) as [number]))
    }
    static override now(): number {
      return scheduler.wallMs()
    }
  } as unknown as DateConstructor
}

function virtualWait(
  scheduler: Scheduler,
  ms: number,
  value: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      waiting.cancel()
      reject(signal?.reason)
    }
    const waiting = scheduler.timer(
      ms,
      () => {
        signal?.removeEventListener('abort', aborted)
        resolve(value)
      },
      scheduler.current,
    )
    if (signal?.aborted) aborted()
    else signal?.addEventListener('abort', aborted, { once: true })
  })
}

function uuidOf(random: SeededRandom) {
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0')).join('')
  const [a, b, c, d] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16), hex.slice(17, 20)]
  return `${a}-${b}-4${c}-8${d}-${hex.slice(20)}` as const
}

/** The moment at which worlds begin, for logs. */
export const worldStart = new RealDate(epochMs)
