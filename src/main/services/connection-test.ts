import type { Clock } from '../../openobd/clock.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import { connectionFailure } from '../../openobd/grpc/explain-failure.ts'
import type { Network } from '../../openobd/grpc/network.ts'
import type { Route } from '../../openobd/grpc/route.ts'
import { type PartnerCredentials, SessionController } from '../../openobd/session/session-controller.ts'
import { type ConnectionStep, connectionSteps, stepOfCause } from '../../shared/connection-cause.ts'
import type { TestedStep } from '../../shared/connection-test.ts'
import { type Failure, newFailure, type Outcome } from '../../shared/outcome.ts'

/** What is tested. */
export interface TestedConnection {
  readonly endpoint: TrustedEndpoint
  readonly route: Outcome<Route>
  readonly credentials: PartnerCredentials | undefined
  readonly network: Network
  readonly clock: Clock
  /** Undefined: the server has no Partner API. */
  readonly testPartnerApi: (() => Promise<Outcome<null>>) | undefined
}

/** Tests a connection step by step, on a connection of its own. Steps after a failed one are not reached. */
export async function testConnection(tested: TestedConnection): Promise<TestedStep[]> {
  const steps = new Map<ConnectionStep, TestedStep>()
  const pass = (step: ConnectionStep): void => void steps.set(step, { step, state: 'passed' })
  const failedAt = (step: ConnectionStep, failure: Failure): void =>
    void steps.set(step, { step, state: 'failed', failure })
  const { route, endpoint, network, testPartnerApi } = tested
  if (!route.ok) failedAt('proxy', route.failure)
  else {
    if (!route.value.proxy) steps.set('proxy', { step: 'proxy', state: 'not-needed' })
    if (endpoint.transport === 'plaintext') steps.set('tls', { step: 'tls', state: 'not-needed' })
    const found = await network.probe(endpoint, route.value)
    for (const step of found?.passed ?? []) pass(step)
    if (found?.cause) failedAt(stepOfCause[found.cause], connectionFailure('test', found.cause, route.value))
    else await signIn(tested, route.value, pass, failedAt)
  }
  if (!testPartnerApi) steps.set('partner-api', { step: 'partner-api', state: 'not-needed' })
  else if (steps.get('credentials')?.state === 'passed') {
    const answered = await testPartnerApi()
    if (answered.ok) pass('partner-api')
    else failedAt('partner-api', answered.failure)
  }
  return connectionSteps.map((step) => steps.get(step) ?? { step, state: 'not-reached' })
}

/** Signs in, and makes one call that needs the token. */
async function signIn(
  { endpoint, credentials, network, clock }: TestedConnection,
  route: Route,
  pass: (step: ConnectionStep) => void,
  failedAt: (step: ConnectionStep, failure: Failure) => void,
): Promise<void> {
  if (!credentials) return failedAt('credentials', newFailure('secret-missing'))
  const grpcChannel = network.open(endpoint, route)
  const controller = new SessionController(grpcChannel, credentials, clock)
  try {
    const token = await controller.token()
    if (!token.ok) return failedAt(stepOfFailure(token.failure), token.failure)
    pass('protocol')
    const sessions = await controller.getSessionList()
    if (sessions.ok) pass('credentials')
    else failedAt(stepOfFailure(sessions.failure), sessions.failure)
  } finally {
    grpcChannel.close()
  }
}

const ofCredentials: ReadonlySet<Failure['code']> = new Set([
  'wrong-credentials',
  'cluster-missing',
  'unauthorised',
  'secret-missing',
  'too-many-requests',
])

const stepOfFailure = ({ code }: Failure): ConnectionStep => (ofCredentials.has(code) ? 'credentials' : 'protocol')
