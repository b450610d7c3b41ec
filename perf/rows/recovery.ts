import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { systemClock } from '../../src/openobd/clock.ts'
import { configureBuses } from '../../src/openobd/diagnostics/config.ts'
import type { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import type { CustodyView } from '../../src/openobd/session/custody/custody-options.ts'
import { DirectCustody } from '../../src/openobd/session/custody/direct-custody.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import { EngineProcess } from '../../tests/support/engine-process.ts'
import { controllerOf, loopbackChannel, openEngineControl, outcomeValue } from '../our-session.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const resets = 100
const blackHoles = 5
const restarts = 5
const interrupts = 20
const testerPresent = Buffer.from('3E00', 'hex')
const can = { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 } as const

/** A session of our client behind a proxy that can fail. */
class FarSession implements AsyncDisposable {
  readonly proxy: FaultProxy
  readonly custody: DirectCustody
  readonly controller: SessionController
  #view: CustodyView | undefined
  #channel: UdsChannel | undefined

  private constructor(proxy: FaultProxy, controller: SessionController, connector: string) {
    this.proxy = proxy
    this.controller = controller
    this.custody = new DirectCustody({
      controller,
      clock: systemClock,
      random: Math.random,
      target: { kind: 'connector', number: connector },
      channelTo: () => controller.grpcChannel,
      onChange: (view) => {
        this.#view = view
      },
    })
  }

  static async start(engine: EngineProcess): Promise<FarSession> {
    const proxy = new FaultProxy({ port: engine.ready.port })
    const channel = loopbackChannel(await proxy.listen())
    const controller = new SessionController(channel, engine.ready, systemClock)
    const session = new FarSession(proxy, controller, engine.ready.connector)
    const calls = outcomeValue(await session.custody.start())
    outcomeValue(await configureBuses(calls, [{ kind: 'can', name: 'perf', can }]))
    session.#channel = openEngineControl(calls)
    await session.until(({ liveness }) => liveness === 'live')
    return session
  }

  /** Milliseconds until the view of the session is as wanted. */
  async until(isReached: (view: CustodyView) => boolean): Promise<number> {
    const begin = performance.now()
    while (!this.#view || !isReached(this.#view)) await turn()
    return performance.now() - begin
  }

  /** Milliseconds until the ECU has answered a request again, made as often as it takes. */
  async untilAnswered(): Promise<number> {
    const begin = performance.now()
    for (;;) {
      const outcome = await this.#channel?.request(testerPresent, { totalMs: 5_000 })
      if (outcome?.ok && outcome.value.kind === 'positive') return performance.now() - begin
      await turn()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel?.close()
    await this.custody.finish({ results: ['success'] })
    this.custody.release()
    this.controller.grpcChannel.close()
    await this.proxy.close()
  }
}

/** Time from a reset of the connection until the next answer of an ECU. */
async function afterResets(engine: EngineProcess): Promise<number[]> {
  await using session = await FarSession.start(engine)
  const times: number[] = []
  for (let round = 0; round < resets; round++) {
    session.proxy.resetAll()
    times.push(await session.untilAnswered())
    await session.until(({ liveness }) => liveness === 'live')
  }
  return times
}

/** Time from a dead connection until it is noticed, and from its restoration until the link counts as live. */
async function afterBlackHoles(engine: EngineProcess): Promise<{ noticed: number[]; healed: number[] }> {
  await using session = await FarSession.start(engine)
  const noticed: number[] = []
  const healed: number[] = []
  for (let round = 0; round < blackHoles; round++) {
    await session.proxy.setMode('black-hole')
    noticed.push(await session.until(({ liveness }) => liveness === 'reconnecting'))
    await session.proxy.setMode('pass')
    healed.push(await session.until(({ liveness }) => liveness === 'live'))
    await session.untilAnswered()
  }
  return { noticed, healed }
}

/** Time from an operator's interrupt until our side knows. */
async function afterInterrupts(engine: EngineProcess): Promise<number[]> {
  const operator = controllerOf(engine.ready)
  const times: number[] = []
  for (let round = 0; round < interrupts; round++) {
    await using session = await FarSession.start(engine)
    const { info } = session.custody.view
    const known = session.until(({ state }) => state.phase === 'ended')
    outcomeValue(await operator.interruptSession(info?.id ?? ''))
    times.push(await known)
  }
  operator.grpcChannel.close()
  return times
}

/** The server is killed and restarted on its port after three seconds: time from its ready line to the next answered call. */
async function afterRestarts(): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'recovery-'))
  const file = join(folder, 'credentials.json')
  await writeFile(file, JSON.stringify({ clientId: 'measured', clientSecret: 'a secret of this measurement only' }))
  const start = (...args: string[]) =>
    EngineProcess.start({ code: 'built', args: ['--credentials-file', file, ...args] })
  let engine = await start()
  const controller = controllerOf(engine.ready)
  const times: number[] = []
  try {
    outcomeValue(await controller.getSessionList())
    for (let round = 0; round < restarts; round++) {
      await engine.kill()
      // Asks repeatedly, as the window does for a waiting person.
      let isUp = false
      const answered = (async () => {
        for (;;) {
          const wasUp = isUp
          const outcome = await controller.getSessionList()
          if (outcome.ok && wasUp) return performance.now()
          await sleep(20)
        }
      })()
      await sleep(3_000)
      engine = await start('--port', String(engine.ready.port))
      const upAt = performance.now()
      isUp = true
      times.push((await answered) - upAt)
    }
  } finally {
    controller.grpcChannel.close()
    await engine.stop()
    await rm(folder, { recursive: true })
  }
  return times
}

/** Recovery times after four kinds of connection failure. */
export async function recovery(engine: EngineProcess): Promise<Row> {
  const reset = summarise(await afterResets(engine))
  const blackHole = await afterBlackHoles(engine)
  const noticed = summarise(blackHole.noticed)
  const healed = summarise(blackHole.healed)
  const interrupted = summarise(await afterInterrupts(engine))
  const restarted = summarise(await afterRestarts())
  return {
    title: 'recovery',
    numbers: {
      'reset → next answer median ms': reset.median,
      'reset p99 ms': reset.p99,
      'black hole noticed, slowest ms': noticed.p99,
      'healed → live, slowest ms': healed.p99,
      'restart → next call median ms': restarted.median,
      'restart slowest ms': restarted.p99,
      'interrupted by the operator → known median ms': interrupted.median,
      'interrupted slowest ms': interrupted.p99,
    },
    verdicts: [
      { what: 'connection reset → next answer, p99', value: reset.p99, unit: 'ms', atMost: 100 },
      { what: 'black hole → noticed, slowest', value: noticed.p99, unit: 'ms', atMost: 3_500 },
      { what: 'healed → live, slowest', value: healed.p99, unit: 'ms', atMost: 300 },
      { what: 'server is up → next call, slowest', value: restarted.p99, unit: 'ms', atMost: 1_200 },
      { what: 'interrupted → known, slowest', value: interrupted.p99, unit: 'ms', atMost: 500 },
    ],
  }
}
