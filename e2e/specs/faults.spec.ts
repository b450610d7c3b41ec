import { FaultProxy } from '../../tests/contract/fault-proxy.ts'
import { expect, test } from '../fixtures.ts'
import type { LaunchedWorkbench } from '../launch.ts'
import type { StandaloneEngine } from '../standalone-engine.ts'

const ownEngineUnused = { WORKBENCH_ENGINE_CREDENTIALS: undefined }

async function startSession(
  { window: { start, session } }: LaunchedWorkbench,
  engine: StandaloneEngine,
): Promise<void> {
  await expect(start.serverStatus).toHaveText('Ready')
  await start.startOnTypedTicket(engine.ready.ticket)
  await expect(session.state).toHaveText('Active')
  await expect(session.values).toContainText('Live')
}

// @proves Faults: 13, 15 black hole; what a person sees: amber, red, live again
// @proves Sessions and links: The connector information is the heartbeat; a dead link is never a silent ECU
test('a frozen server is shown as a lost link, never as a silent car, and work goes on when it wakes', async ({
  launch,
  startEngine,
}) => {
  const engine = await startEngine()
  const workbench = await launch({ env: { ...ownEngineUnused, ...engine.environment } })
  const { session, finish, ended } = workbench.window
  await startSession(workbench, engine)
  engine.freeze()
  await expect(session.values).toContainText(/Reconnecting|Connection lost/)
  await expect(session.values).toContainText(/· (just now|\d+ s ago)/)
  engine.thaw()
  await expect(session.values).toContainText('Live')
  await session.openFinishDialog()
  await finish.choose({ results: ['Succeeded'] })
  await finish.finish()
  await expect(ended.heading).toHaveText('Session finished')
  expect(await engine.access.record(await ended.sessionId())).toMatchObject({ state: 'finished', accepted_finishes: 1 })
})

// @proves Faults: 17 the restart lost the session; what a person sees: “The session no longer exists”
test('a session that a restarted server has forgotten is said to be lost', async ({ launch, startEngine }) => {
  const engine = await startEngine()
  const workbench = await launch({ env: { ...ownEngineUnused, ...engine.environment } })
  const { session, ended, start } = workbench.window
  await startSession(workbench, engine)
  await engine.kill()
  await expect(session.values).toContainText(/Reconnecting|Connection lost/)
  const again = await startEngine([], engine.ready)
  await expect(ended.heading).toHaveText('The session no longer exists')
  await ended.backToStart()
  await expect(start.serverStatus).toHaveText('Ready')
  await startSession(workbench, again)
})

// @proves Faults: 22 operator interrupts; what a person sees: “Stopped by the operator”
test('an operator who interrupts the session is named as the reason', async ({ launch, startEngine }) => {
  const engine = await startEngine()
  const workbench = await launch({ env: { ...ownEngineUnused, ...engine.environment } })
  const { ended, prompt, session } = workbench.window
  await startSession(workbench, engine)
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
  const [own] = await engine.access.sessions()
  await engine.access.interrupt(own?.id ?? '')
  await expect(ended.heading).toHaveText('Aborted by somebody else')
  await expect(prompt.region).toBeHidden()
  expect((await engine.access.record(own?.id ?? '')).state).toBe('interrupted')
})

// @proves Faults: 16 server restart; what a person sees: reconnecting, live
test('a server that refuses connections for a while is reached again by itself', async ({ launch, startEngine }) => {
  const engine = await startEngine()
  const proxy = new FaultProxy({ port: engine.ready.port })
  const port = await proxy.listen()
  const environment = { ...engine.environment, OPENOBD_GRPC_PORT: String(port) }
  const workbench = await launch({ env: { ...ownEngineUnused, ...environment } })
  const { start } = workbench.window
  await expect(start.serverStatus).toHaveText('Ready')
  await proxy.setMode('refuse')
  await expect(start.serverStatus).toHaveText(/Connection lost/)
  await proxy.setMode('pass')
  await expect(start.serverStatus).toHaveText('Ready')
  await expect(start.ticket(engine.ready.ticket)).toBeVisible()
  await proxy.close()
})

// @proves Faults: 14 reset; what a person sees: nothing
test('connections that are reset during a session cost nothing', async ({ launch, startEngine }) => {
  const engine = await startEngine()
  const proxy = new FaultProxy({ port: engine.ready.port })
  const port = await proxy.listen()
  const environment = { ...engine.environment, OPENOBD_GRPC_PORT: String(port) }
  const workbench = await launch({ env: { ...ownEngineUnused, ...environment } })
  const { session, prompt, start } = workbench.window
  await startSession(workbench, engine)
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
  const connections = proxy.counts.connections
  proxy.resetAll()
  await expect.poll(() => proxy.counts.connections).toBeGreaterThan(connections)
  await prompt.answer('Is the ignition switched on?', 'Yes')
  await prompt.answer(/report the VIN/, 'Yes')
  await expect(session.functionState).toHaveText('Succeeded')
  await expect(start.screen).toBeHidden()
  await proxy.close()
})

// @proves Faults: 2 token stream stays away; what a person sees: token late, calls go on
// @proves Faults: 3 no newer token until the end; what a person sees: warning, then “Session expired”
test('tokens that stay away are a warning first, then the end of the session with its reason', async ({
  launch,
  startEngine,
}) => {
  const engine = await startEngine()
  const workbench = await launch({ env: { ...ownEngineUnused, ...engine.environment, WORKBENCH_CLOCK: 'advanceable' } })
  const { session, ended, jobs } = workbench.window
  const letPass = (ms: number) =>
    workbench.app.evaluate((_electron, amount) => {
      const { workbenchClock } = globalThis as unknown as { workbenchClock: { advance(ms: number): void } }
      workbenchClock.advance(amount)
    }, ms)
  await startSession(workbench, engine)
  await jobs.toggleDeveloperView()
  await expect(session.token).toContainText('Fresh')
  engine.freeze()
  await letPass(150_000)
  await expect(session.token).toContainText('Late')
  await letPass(95_000)
  await expect(session.token).toContainText('About to expire')
  await letPass(60_000)
  await expect(ended.heading).toHaveText('Session expired')
  engine.thaw()
})

test('what another program opens twice is told apart: the second claim is refused at the first', async ({
  workbench,
}) => {
  const { start, session, blocking } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  const engine = await workbench.engine()
  const refusal = await engine.startOnTicket('7848095').catch((error: Error) => error.message)
  expect(refusal).toContain('resource already in use')
  await expect(session.state).toHaveText('Active')
  await expect(blocking.dialog).toBeHidden()
})
