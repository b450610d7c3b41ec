import { type ConnectionCause, isLastingCause } from '../../shared/connection-cause.ts'
import type { FailureCode } from '../../shared/outcome.ts'
import { type CallFailure, callFailure } from '../failure.ts'
import { nameOfProxy, type Route } from './route.ts'
import type { ProbeResult } from './server-probe.ts'

/**
 * The one place that names the cause of a failed connection. A failure that the server reported is returned as it is; for every other
 * one `probe` looks at the connection step by step. Causes that may pass have a code that is tried again.
 */
export async function explainFailure(
  failure: CallFailure,
  route: Route,
  probe: () => Promise<ProbeResult | undefined>,
): Promise<CallFailure> {
  if (!needsProbe(failure, route)) return failure
  const found = await probe()
  if (!found) return failure
  // The way works now: a connection that was there before has been cut by somebody on it.
  const cause = found.cause ?? (route.proxy && wasCut(failure) ? 'tunnel-cut' : undefined)
  return cause === undefined ? failure : connectionFailure(failure.rpc, cause, route)
}

/** A failure with a known cause and, where the proxy is concerned, its name. */
export function connectionFailure(
  rpc: string,
  cause: ConnectionCause,
  { proxy }: Pick<Route, 'proxy'> = {},
): CallFailure {
  return callFailure(rpc, codeOf(cause), {
    certainty: cause === 'tunnel-cut' ? 'unclear' : 'not-sent',
    parameters: { cause, ...(proxy && { proxy: nameOfProxy(proxy) }) },
  })
}

const vague: ReadonlySet<FailureCode> = new Set([
  'connection-lost',
  'timed-out',
  'not-an-openobd-service',
  'tls-failed',
])

/** What grpc-js says of TLS is right without a proxy, and wrong when a proxy has answered in place of the server. */
function needsProbe({ answered, code, parameters }: CallFailure, route: Route): boolean {
  if (answered || !vague.has(code)) return false
  // Before TLS 1.3 a server that misses our certificate sends the same alert as one without a common protocol.
  const isAmbiguous = parameters?.cause === undefined || parameters.cause === 'protocol-mismatch'
  return isAmbiguous || route.proxy !== undefined || route.identity !== undefined
}

const wasCut = ({ code, certainty }: CallFailure): boolean => code === 'connection-lost' && certainty === 'unclear'

function codeOf(cause: ConnectionCause): FailureCode {
  if (!isLastingCause(cause)) return 'connection-lost'
  if (cause === 'http-1' || cause === 'server-is-tls') return 'not-an-openobd-service'
  return cause.startsWith('proxy-') ? 'proxy-failed' : 'tls-failed'
}
