import { readFileSync } from 'node:fs'
import type { SessionController } from '../../src/openobd/session-controller.ts'
import type { EngineProcess } from '../../tests/support/engine-process.ts'
import { controllerOf, OurSession } from '../our-session.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const sessions = 1_000
const warmUp = 1_000

/** Resident memory of a process in MiB; Linux only, other systems throw. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kib === undefined) throw new Error('This system does not tell the memory of a process.')
  return Number(kib) / 1024
}

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

/** A thousand sessions one after the other: what one takes, and whether the engine keeps memory of them. */
export async function sessionsInTurn(engine: EngineProcess): Promise<Row> {
  const controller = controllerOf(engine.ready)
  try {
    await inTurn(controller, engine.ready.connector, warmUp)
    const before = residentMiB(engine.pid)
    const each = summarise(await inTurn(controller, engine.ready.connector, sessions))
    const after = residentMiB(engine.pid)
    return {
      title: 'a thousand sessions one after the other',
      numbers: {
        'memory before MiB': before,
        'memory after MiB': after,
        'session median ms': each.median,
        'session p99 ms': each.p99,
        sessions,
      },
      verdicts: [{ what: 'memory after ÷ before', value: after / before, unit: '×', atMost: 1.1 }],
    }
  } finally {
    controller.grpcChannel.close()
  }
}
