import { engineFlags } from '../../build/bootstrap/engine-flags.mjs'
import type { SessionController } from '../../src/openobd/session/session-controller.ts'
import { EngineProcess } from '../../tests/support/engine-process.ts'
import { advanceClocks, countLiving } from '../laboratory.ts'
import { HeapProbe, residentMiB } from '../memory.ts'
import { controllerOf, OurSession } from '../our-session.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const sessions = 1_000
const warmUp = 500
/** Longer than any state of a session is kept or valid. */
const forgottenAfterMs = 6 * 60_000

/** Starts, claims, uses and finishes sessions one after the other; ms of each. */
async function inTurn(controller: SessionController, connector: string, count: number): Promise<number[]> {
  const times: number[] = []
  for (let number = 0; number < count; number++) {
    const begin = performance.now()
    const session = await OurSession.start(controller, connector)
    const channel = await session.engineControl()
    await channel.request(Buffer.from('3E00', 'hex'))
    channel.close()
    await session.finish()
    times.push(performance.now() - begin)
  }
  return times
}

/**
 * A thousand sessions one after the other: time of each, and whether the engine still uses memory for them once it has kept them
 * for two minutes. Those minutes pass on the manual clock, and garbage is collected before memory is measured.
 */
export async function sessionsInTurn(): Promise<Row> {
  await using engine = await EngineProcess.start({
    code: 'built',
    args: ['--clock', 'manual', '--lab'],
    nodeArgs: [...engineFlags, ...HeapProbe.nodeArguments],
  })
  const controller = controllerOf(engine.ready)
  const probe = await HeapProbe.open(engine)
  const settle = async () => {
    await advanceClocks(controller, forgottenAfterMs)
    const counters = await countLiving(controller)
    const living = await probe.livingMiB()
    return { living, resident: residentMiB(engine.pid), counters }
  }
  try {
    await inTurn(controller, engine.ready.connector, warmUp)
    const before = await settle()
    const each = summarise(await inTurn(controller, engine.ready.connector, sessions))
    const busiest = residentMiB(engine.pid)
    const after = await settle()
    const left = Object.values(after.counters).reduce((sum, count) => sum + count, 0)
    return {
      title: 'a thousand sessions one after the other',
      numbers: {
        'resident before MiB': before.resident,
        'resident at the end MiB': busiest,
        'resident when forgotten MiB': after.resident,
        'living heap before MiB': before.living,
        'living heap after MiB': after.living,
        'session median ms': each.median,
        'session p99 ms': each.p99,
        'left behind': left,
        sessions,
      },
      verdicts: [
        { what: 'living heap after ÷ before', value: after.living / before.living, unit: '×', atMost: 1.1 },
        { what: 'resident memory after ÷ before', value: after.resident / before.resident, unit: '×', atMost: 1.1 },
        { what: 'sessions, streams, timers, tokens left', value: left, unit: '', atMost: 0 },
      ],
    }
  } finally {
    probe.close()
    controller.grpcChannel.close()
  }
}
