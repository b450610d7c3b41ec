import { workbenchV1 } from '../src/openobd/grpc/protos.ts'
import type { SessionController } from '../src/openobd/session/session-controller.ts'
import { outcomeValue } from './our-session.ts'

const rpcs = workbenchV1.control.service

/** Moves both manual clocks of an engine with a laboratory forward. */
export async function advanceClocks(controller: SessionController, milliseconds: number): Promise<void> {
  outcomeValue(await controller.call(rpcs.advanceClock, { session_ms: milliseconds, bus_ms: milliseconds }))
}

/** Counts of live objects in an engine with a laboratory, by name, without remembered sessions. */
export async function countLiving(controller: SessionController): Promise<Record<string, number>> {
  return { ...outcomeValue(await controller.call(rpcs.getCounters, {})) }
}
