import { expect, test } from '../fixtures.ts'

test.describe('a ticket that cannot be used', () => {
  const cases: [string, string, string][] = [
    ['is unknown', '1234567', 'There is no ticket with this number.'],
    ['is unknown and looks like markup', '<img src=x onerror=alert(1)>', 'There is no ticket with this number.'],
    ['belongs to a connector that is offline', '7848140', 'The diagnostic adapter is offline.'],
    ['is empty', '   ', 'Type a ticket number first.'],
  ]
  for (const [what, number, message] of cases) {
    // @proves Stories: A ticket number can always be typed; unknown and empty ones are named
    test(`says so when it ${what}, and another one can be started`, async ({ workbench }) => {
      const { start, session } = workbench.window
      await expect(start.serverStatus).toHaveText('Ready')
      await start.startOnTypedTicket(number)
      await expect(start.screen).toContainText(message)
      await start.startOnTypedTicket('7848112')
      await expect(session.state).toHaveText('Active')
    })
  }
})

test.describe('a server that cannot be used', () => {
  // @proves Bad input: Wrong secret, cluster missing
  test('is named when the secret is wrong, and works once it is corrected', async ({ workbench, startEngine }) => {
    const engine = await startEngine()
    const { start, servers } = workbench.window
    await servers.open()
    await servers.add({ ...engine.entry('Far server'), clientSecret: 'wrong' })
    await servers.select('Far server')
    await expect(servers.dialog).toContainText('The server does not accept the client ID or the secret.')
    await servers.dialog.getByRole('button', { name: 'Edit Far server' }).click()
    await servers.fill({ clientSecret: engine.ready.clientSecret })
    await servers.close()
    await expect(start.serverStatus).toHaveText('Ready')
    await expect(start.ticket(engine.ready.ticket)).toBeVisible()
  })

  test('is named when nobody listens on its port', async ({ workbench, startEngine }) => {
    const engine = await startEngine()
    await engine.kill()
    const { start, servers } = workbench.window
    await servers.open()
    await servers.add(engine.entry('Gone server'))
    await servers.select('Gone server')
    await servers.close()
    await expect(start.serverStatus).toHaveText(/Connection lost|Not available/)
    await expect(start.server.getByRole('button', { name: 'Try again' })).toBeEnabled()
  })

  test('is refused by the form when fields are missing or make no sense', async ({ workbench }) => {
    const { servers } = workbench.window
    await servers.open()
    await servers.add({
      name: 'X',
      host: 'https://example.com:443',
      port: '70000',
      cluster: '001',
      clientId: '',
      clientSecret: '',
    })
    await expect(servers.form).toContainText('Only the name of the host, without https:// and port.')
    await expect(servers.form).toContainText('A whole number from 1 to 65535.')
    await expect(servers.form).toContainText('Fill this in.')
  })

  test('never gets a key in plain text when it is not this computer', async ({ workbench }) => {
    const { start, servers } = workbench.window
    await servers.open()
    const entry = {
      name: 'Elsewhere',
      host: '192.0.2.1',
      port: '50051',
      cluster: '001',
      clientId: 'me',
      clientSecret: 'mine',
    }
    await servers.add(entry)
    await servers.select('Elsewhere')
    await servers.close()
    await expect(start.server).not.toContainText('Not encrypted')
    await expect(start.serverStatus).toHaveText(/Connecting|Connection lost|Not available/)
  })
})

// @proves Window: A connection in use: one click with proof, else a list with age and confirmation
test('a connection in use is freed by one click when the workshop says which session holds it', async ({
  workbench,
}) => {
  const { start, session, blocking } = workbench.window
  const engine = await workbench.engine()
  const other = await engine.startOnTicket('7848095')
  await expect(start.ticket('7848095')).toContainText('In use')
  await start.startOnListedTicket('7848095')
  await blocking.interruptAndStartAgain()
  await expect(session.state).toHaveText('Active')
  expect((await engine.record(other.id)).state).toBe('interrupted')
})

// @proves Window: A connection in use: one click with proof, else a list with age and confirmation
test('a connection in use on a plain server is freed by a list and a confirmation', async ({ launch, startEngine }) => {
  const engine = await startEngine(['--without', 'workbench'])
  const workbench = await launch({ env: { WORKBENCH_ENGINE_CREDENTIALS: undefined, ...engine.environment } })
  const { start, session, blocking } = workbench.window
  const other = await engine.access.startOnTicket(engine.ready.ticket)
  await expect(start.serverStatus).toHaveText('Ready')
  await start.startOnTypedTicket(engine.ready.ticket)
  await expect(blocking.sessions).toContainText('Only its number is known')
  await expect(blocking.dialog.getByRole('button', { name: 'Abort it and start again' })).toHaveCount(0)
  await blocking.interruptListed(/^Abort session|^Abort without/)
  await expect(session.state).toHaveText('Active')
  const listed = await engine.access.sessions()
  expect(listed.find(({ id }) => id === other.id)?.state).toBe('interrupted')
})
