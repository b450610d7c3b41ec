import type { Clock } from '../../openobd/clock.ts'
import { DirectCustody } from '../../openobd/session/custody/direct-custody.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import type { SessionTarget } from '../../shared/session.ts'
import type { Connection, Endpoint } from './endpoint.ts'
import type { CurrentServer } from './session-desk.ts'

/** The chosen server for the session desk; undefined while there is no connection. */
export function currentServer(
  { connection, profile }: Pick<Endpoint, 'connection' | 'profile'>,
  endpointName: string,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): CurrentServer | undefined {
  if (!connection || !profile) return undefined
  return {
    profileId: profile.id,
    endpointName,
    controller: connection.controller,
    isOurs: (target, session) => isOurs(connection, target, session),
    createCustody: (options) =>
      new DirectCustody({
        ...options,
        controller: connection.controller,
        trust: { allowPlaintext: profile.allowPlaintext },
        clock,
        random,
        channelTo: (endpoint) => connection.channelTo(endpoint),
        isOurs: (session) => isOurs(connection, options.target, session),
      }),
  }
}

/** Whether, according to the viewer, a session is on our target; undefined when that is unknown. */
async function isOurs(
  connection: Connection,
  target: SessionTarget,
  session: SessionInfo,
): Promise<boolean | undefined> {
  const record = await connection.liveViewer?.getSessionRecord(session.id)
  // Ids are accepted in place of numbers (protocol.md §4), and the record holds numbers only.
  if (!record?.ok || !/^\d+$/.test(target.number)) return undefined
  const number = target.kind === 'ticket' ? record.value.ticketNumber : record.value.connectorNumber
  return number === target.number
}
