import { rmSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { fakeSpawner } from '../../../src/main/testing/fake-child.ts'
import { startBackend } from '../../../src/main/testing/running-backend.ts'
import { EngineProcess } from '../../support/engine-process.ts'

// @proves Stories: On a server without workbench.v1 the real tickets of the account are listed, tested and started on
it('lists the tickets of the account on a server without workbench.v1, tests all steps, and starts on one', async () => {
  const engine = await EngineProcess.start({ args: ['--without', 'workbench', '--partner-api', '0'] })
  onTestFinished(async () => void (await engine.stop()))
  const { host, port, clientId, clientSecret, clusterId, partnerApi } = engine.ready
  const base = `127.0.0.1:${partnerApi}`
  const { handlers, until, publisher, backend, folder, events, logLines } = startBackend({ spawn: fakeSpawner().spawn })
  onTestFinished(async () => {
    await backend.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const saved = await handlers.saveProfile({
    name: 'Workshop',
    host,
    port,
    clusterId,
    clientId,
    clientSecret,
    allowPlaintext: false,
    way: {
      proxy: { kind: 'system' },
      partnerApi: {
        isOn: true,
        restBaseUrl: `http://${base}`,
        tokenUrl: `http://${base}/oauth2/token`,
        wsUrl: `ws://${base}/wssprd`,
      },
    },
  })
  if (!saved.ok) throw new Error(saved.failure.code)
  const { profileId } = saved.value
  const tested = await handlers.testConnection({ profileId })
  expect(tested.ok && Object.fromEntries(tested.value.map(({ step, state }) => [step, state]))).toEqual({
    name: 'passed',
    proxy: 'not-needed',
    tcp: 'passed',
    tls: 'not-needed',
    protocol: 'passed',
    credentials: 'passed',
    'partner-api': 'passed',
  })
  await handlers.selectProfile({ profileId })
  const listed = await until(
    ({ tickets, connectors }) => tickets.some(({ customer }) => customer) && connectors.length > 0,
    30_000,
  )
  expect(listed.workshop).toMatchObject({ status: 'ready', source: 'partner-api' })
  const ticket = listed.tickets.find(({ number }) => number === engine.ready.ticket)
  expect(ticket).toMatchObject({ customer: 'Fleet of the Weser Bakery', vehicleName: 'Falkenberg Corvo 2.0 TDI' })

  expect(await handlers.startSession({ target: { kind: 'ticket', number: engine.ready.ticket } })).toMatchObject({
    ok: true,
  })
  const { jobs } = await until(({ session }) => session?.phase === 'active')
  expect(jobs[0]).toMatchObject({ licensePlate: 'HB-FC 2108' })
  await until(({ tickets }) => tickets.find(({ number }) => number === engine.ready.ticket)?.isInProgress, 30_000)

  await until(({ link }) => link?.followsCar && link.voltage !== undefined, 30_000)

  const everything = JSON.stringify([publisher.state, events, logLines])
  expect(everything).not.toContain(clientSecret)
  expect(everything).not.toMatch(/"pin"|authentication_token/)
})
