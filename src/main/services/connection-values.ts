import type { Cancel, Clock } from '../../openobd/clock.ts'
import { getVariables } from '../../openobd/session/function-variables.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import type { Variable } from '../../openobd/wire/variable.ts'

/** What the variables of the connection say of the car. Absent: the platform does not say it. Volts. */
export interface ConnectionValues {
  readonly voltage?: number
  readonly vin?: string
}

/** Keys of the platform (protocol.md §6). */
const prefix = 'vehicle:info:'
const readEveryMs = 5_000
/** A higher voltage is no measurement. */
const mostVolts = 60

/** Reads the texts of the platform; how it writes a voltage is not documented, so a comma and a unit are taken too. */
export function connectionValuesFrom(variables: readonly Variable[]): ConnectionValues {
  const texts = new Map(variables.map(({ key, value }) => [key, typeof value === 'string' ? value.trim() : '']))
  const number = /^(\d{1,3}(?:[.,]\d+)?)\s*V?$/i.exec(texts.get(`${prefix}voltage`) ?? '')?.[1]
  const voltage = number === undefined ? undefined : Number(number.replace(',', '.'))
  const vin = texts.get(`${prefix}vin`) ?? ''
  return {
    ...(voltage !== undefined && voltage <= mostVolts && { voltage }),
    ...(vin.length === 17 && { vin }),
  }
}

/**
 * Reads the variables of the connection every 5 s while `isWanted`, for servers without a viewer. What cannot be read is passed on as
 * empty values, so that old ones are not taken for present ones. A server that refuses them is not asked again.
 */
export function watchConnection(
  calls: SessionCalls,
  clock: Clock,
  isWanted: () => boolean,
  onValues: (values: ConnectionValues) => void,
): Cancel {
  let isStopped = false
  let cancelTimer: Cancel = () => undefined
  const read = async (): Promise<void> => {
    const outcome = isWanted() ? await getVariables(calls, 'connection', prefix) : undefined
    if (isStopped) return
    if (outcome) onValues(outcome.ok ? connectionValuesFrom(outcome.value) : {})
    const isRefused = outcome !== undefined && !outcome.ok && outcome.failure.certainty === 'refused'
    if (!isRefused) cancelTimer = clock.after(readEveryMs, () => void read())
  }
  void read()
  return () => {
    isStopped = true
    cancelTimer()
  }
}
