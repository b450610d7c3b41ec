import { invalidArgument, resourceExhausted } from '../../server/refusal.ts'
import { choices } from '../protocol-choices.ts'
import type { DiagnosticSession } from './diagnostic-session.ts'

/** Values of a connection that the platform sets under documented keys; read each time (protocol.md §6). */
const known: Readonly<Record<string, (session: DiagnosticSession) => string | undefined>> = {
  'vehicle:info:vin': ({ bay }) => (bay.isPlugged ? bay.car.vin : undefined),
  'vehicle:info:voltage': ({ bay }) => (bay.isPlugged ? bay.car.voltage.toFixed(1) : undefined),
  'ticket:id': ({ ticket }) => ticket?.id,
}

/**
 * Texts that belong to a ticket, or to a connector when there is none. They outlive the session, and the next session on the
 * same ticket or connector finds them. A platform key that was overwritten keeps the written value.
 */
export class ConnectionVariables {
  readonly #written = new WeakMap<object, Map<string, string>>()

  /** All variables of the connection: first those of the platform, then the others in the order of writing. */
  read(session: DiagnosticSession): ReadonlyMap<string, string> {
    const variables = new Map<string, string>()
    for (const [key, readKnown] of Object.entries(known)) {
      const value = readKnown(session)
      if (value !== undefined) variables.set(key, value)
    }
    for (const [key, value] of this.#written.get(connectionOf(session)) ?? []) variables.set(key, value)
    return variables
  }

  /** `invalid-argument` for a key or value that is too long, `resource-exhausted` for one variable too many. */
  write(session: DiagnosticSession, key: string, value: string): void {
    const { count, keyLength, valueLength } = choices.connectionVariables
    if (key.length > keyLength)
      throw invalidArgument(`a key of a connection variable has at most ${keyLength} characters`)
    if (value.length > valueLength) throw invalidArgument(`a connection variable has at most ${valueLength} characters`)
    const connection = connectionOf(session)
    const written = this.#written.get(connection) ?? new Map<string, string>()
    if (!written.has(key) && written.size >= count)
      throw resourceExhausted(`a connection has at most ${count} variables`)
    this.#written.set(connection, written.set(key, value))
  }
}

const connectionOf = ({ ticket, bay }: DiagnosticSession): object => ticket ?? bay
