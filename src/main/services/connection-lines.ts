import type { TicketView } from '../../shared/app-state.ts'
import type { SessionView } from '../../shared/session.ts'

/** Where a script connects to, and with which credentials. */
interface CopiedAddress {
  readonly endpoint: { readonly host: string; readonly port: number }
  readonly credentials: { readonly clientId: string; readonly clientSecret: string; readonly clusterId: string }
}

const quoted = (value: string | number) => `'${String(value).replaceAll("'", `'\\''`)}'`

/**
 * The ticket in a copied connection: the one of the open session, else the only free one. With several free tickets there is
 * none, so that a script never starts on a car that nobody chose.
 */
export function ticketToCopy(
  session: Pick<SessionView, 'target' | 'end'> | null | undefined,
  tickets: readonly Pick<TicketView, 'number' | 'inUse'>[],
): string | undefined {
  if (session && session.end === undefined) {
    return session.target.kind === 'ticket' ? session.target.number : undefined
  }
  const free = tickets.filter(({ inUse }) => !inUse)
  return free.length === 1 ? free[0]?.number : undefined
}

/**
 * The connection as shell lines that set the variables the official client reads (protocol.md §14), with a ticket when one is
 * given. Contains the secret: for the clipboard only.
 */
export function connectionLines({ endpoint, credentials }: CopiedAddress, ticket: string | undefined): string {
  const variables: [string, string | number][] = [
    ['OPENOBD_PARTNER_CLIENT_ID', credentials.clientId],
    ['OPENOBD_PARTNER_CLIENT_SECRET', credentials.clientSecret],
    ['OPENOBD_CLUSTER_ID', credentials.clusterId],
    ['OPENOBD_GRPC_HOST', endpoint.host],
    ['OPENOBD_GRPC_PORT', endpoint.port],
    ...(ticket === undefined ? [] : [['OPENOBD_TICKET_ID', ticket] as [string, string]]),
  ]
  return `${variables.map(([name, value]) => `export ${name}=${quoted(value)}`).join('\n')}\n`
}
