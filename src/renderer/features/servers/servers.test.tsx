// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { samplePrompt, sessionState, startState } from '../../testing/sample-state.ts'

const endpoint = (more: Partial<AppState['endpoint']>): AppState => {
  const state = startState()
  return { ...state, endpoint: { ...state.endpoint, ...more } }
}
const panel = () => within(screen.getByRole('region', { name: 'Server' }))

async function openServers(state: AppState) {
  const app = await drawApp(state)
  await app.user.click(screen.getByRole('button', { name: /^Server:/ }))
  return { ...app, dialog: within(screen.getByRole('dialog', { name: 'Servers' })) }
}

describe('the server panel', () => {
  it.each([
    ['starting', 'Starting…'],
    ['connecting', 'Connecting…'],
    ['ready', 'Ready'],
    ['reconnecting', 'Connection lost. Reconnecting…'],
    ['failed', 'Not available'],
  ] as const)('shows for %s: %s', async (status, text) => {
    await drawApp(endpoint({ status }))
    expect(panel().getByRole('status').textContent).toBe(text)
  })

  it('says why the server cannot be reached and where to check', async () => {
    const failure = { ...fakeFailure('wrong-credentials', 'check-credentials'), detail: 'invalid client' }
    const app = await drawApp(endpoint({ profileId: 'remote', status: 'failed', failure }))
    expect(panel().getByText('The server does not accept the client ID or the secret.')).toBeTruthy()
    expect(panel().getByText('invalid client')).toBeTruthy()
    await app.user.click(panel().getByRole('button', { name: 'Check the credentials' }))
    expect(screen.getByRole('dialog', { name: 'Servers' })).toBeTruthy()
  })

  it('restarts an engine that has ended', async () => {
    const app = await drawApp(endpoint({ status: 'failed', failure: fakeFailure('engine-failed', 'restart-engine') }))
    await app.user.click(panel().getByRole('button', { name: 'Restart simulator' }))
    expect(app.fake.callsOf('restartEngine')).toHaveLength(1)
  })

  it('offers only to choose a server when the last choice no longer exists', async () => {
    const failure = fakeFailure('server-gone', 'choose-server')
    const state = endpoint({ profileId: '', status: 'failed', failure })
    const workshop = { status: 'loading' as const, name: '', tickets: [], connectors: [] }
    const app = await drawApp({ ...state, workshop })
    expect(screen.getByRole('button', { name: /^Server: .*No server chosen/ })).toBeTruthy()
    expect(panel().queryByRole('button', { name: 'Try again' })).toBeNull()
    expect(screen.queryByText('Loading the tickets of the workshop…')).toBeNull()
    await app.user.click(panel().getByRole('button', { name: 'Choose server' }))
    expect(screen.getByRole('dialog', { name: 'Servers' })).toBeTruthy()
  })

  it('offers no restart for a remote server', async () => {
    await drawApp(endpoint({ profileId: 'remote', status: 'failed' }))
    expect(panel().queryByRole('button', { name: 'Restart simulator' })).toBeNull()
    expect(panel().getByRole('button', { name: 'Try again' })).toBeTruthy()
  })

  it('copies the connection and says what to do with it', async () => {
    const app = await drawApp(startState())
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    await app.user.click(panel().getByRole('button', { name: 'Copy connection' }))
    expect(app.fake.callsOf('copyConnection')).toHaveLength(1)
    const note = await within(screen.getByRole('region', { name: 'Notifications' })).findByRole('status')
    expect(note.textContent).toContain('Connection copied.')
  })

  it('does not confirm a copy that failed', async () => {
    const app = await drawApp(startState())
    app.fake.reply('copyConnection', () => ({ ok: false, failure: fakeFailure('not-allowed-now') }))
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    await app.user.click(panel().getByRole('button', { name: 'Copy connection' }))
    const messages = within(screen.getByRole('region', { name: 'Notifications' }))
    expect(await messages.findByRole('alert')).toBeTruthy()
    expect(messages.queryByRole('status')).toBeNull()
  })
})

describe('the rail', () => {
  it.each([
    ['the start screen', startState()],
    ['a session', sessionState(Date.now())],
  ])('says on %s that the cars are simulated', async (_name, state) => {
    const app = await drawApp(state)
    expect(screen.getByText('Simulator – not a real car')).toBeTruthy()
    const jobs = state.jobs.map((job) => ({ ...job, isSimulated: false }))
    app.change({ jobs, endpoint: { ...state.endpoint, profileId: 'remote' } })
    expect(screen.queryByText('Simulator – not a real car')).toBeNull()
  })

  // @proves Jobs: Whether a car is simulated is said of the shown job, whatever server is chosen for new jobs
  it('says of the shown job whether its car is simulated, whatever server is chosen for new jobs', async () => {
    const state = sessionState(Date.now())
    const app = await drawApp({ ...state, endpoint: { ...state.endpoint, profileId: 'remote' } })
    expect(screen.getByText('Simulator – not a real car')).toBeTruthy()
    app.change({
      jobs: state.jobs.map((job) => ({ ...job, isSimulated: false })),
      endpoint: { ...state.endpoint, profileId: 'embedded' },
    })
    expect(screen.queryByText('Simulator – not a real car')).toBeNull()
    app.change({ shownJob: null, session: null })
    expect(screen.getByText('Simulator – not a real car')).toBeTruthy()
  })

  // @proves Jobs: A script is on the server of new jobs: under its question the band says so, whatever the shown job is
  it('says of the car of a script, and not of the job behind it, whether it is simulated', async () => {
    const state = sessionState(Date.now())
    const script = { key: 'script', licensePlate: 'BX-LH-90', ticketNumber: '7848131' }
    const prompts = [
      samplePrompt(Date.now(), { kind: 'yesno', label: 'Is the lift down?' }, { id: 's', session: script }),
    ]
    const app = await drawApp({ ...state, prompts, endpoint: { ...state.endpoint, profileId: 'remote' } })
    expect(screen.getByText('Simulator – not a real car')).toBeTruthy()
    await app.user.click(screen.getByRole('button', { name: /BX-LH-90/ }))
    expect(screen.getByRole('region', { name: 'Question' })).toBeTruthy()
    expect(screen.queryByText('Simulator – not a real car')).toBeNull()
    const jobs = state.jobs.map((job) => ({ ...job, isSimulated: false }))
    app.change({ jobs, endpoint: { ...state.endpoint, profileId: 'embedded' } })
    expect(screen.getByText('Simulator – not a real car')).toBeTruthy()
  })

  it('opens the form of the server whose secret is needed again', async () => {
    const failure = fakeFailure('secret-missing', 'enter-secret')
    const app = await drawApp(endpoint({ profileId: 'remote', status: 'failed', failure }))
    await app.user.click(panel().getByRole('button', { name: 'Type the secret' }))
    expect(screen.getByRole('dialog', { name: 'Edit server' })).toBeTruthy()
  })
})

describe('the servers dialog', () => {
  it('chooses another server', async () => {
    const { dialog, user, fake } = await openServers(startState())
    await user.click(dialog.getByRole('radio', { name: 'Test platform' }))
    expect(fake.callsOf('selectProfile')).toEqual([{ profileId: 'remote' }])
  })

  it('says that open jobs keep their server, and leaves the choice for new ones', async () => {
    const { dialog } = await openServers(sessionState(Date.now()))
    expect(dialog.getByRole<HTMLInputElement>('radio', { name: 'Test platform' }).disabled).toBe(false)
    expect(dialog.getByText(/Open jobs keep their server/)).toBeTruthy()
  })

  it('does not change the server of the environment', async () => {
    const state = startState()
    const profiles = state.profiles.map((profile) => ({ ...profile, fromEnvironment: profile.kind === 'remote' }))
    const { dialog } = await openServers({ ...state, profiles })
    expect(dialog.queryByRole('button', { name: 'Edit Test platform' })).toBeNull()
  })

  it('does not remove the chosen server', async () => {
    const state = startState()
    const { dialog } = await openServers({ ...state, endpoint: { ...state.endpoint, profileId: 'remote' } })
    const button = dialog.getByRole<HTMLButtonElement>('button', {
      name: 'Test platform is in use and cannot be removed',
    })
    expect(button.disabled).toBe(true)
  })

  it('removes a server', async () => {
    const { dialog, user, fake } = await openServers(startState())
    await user.click(dialog.getByRole('button', { name: 'Remove Test platform' }))
    expect(fake.callsOf('removeProfile')).toEqual([{ profileId: 'remote' }])
  })
})

describe('the server form', () => {
  async function openForm(kind: 'openOBD service' | 'Another openOBD server' = 'Another openOBD server') {
    const app = await openServers(startState())
    await app.user.click(app.dialog.getByRole('button', { name: 'Add server' }))
    const form = within(screen.getByRole('dialog', { name: 'Add server' }))
    await app.user.click(form.getByRole('radio', { name: kind }))
    return { ...app, form }
  }

  it.each([
    ['001 · Europe', '001'],
    ['002 · United States', '002'],
  ])('connects to cluster %s of the openOBD service with client ID and secret alone', async (name, clusterId) => {
    const { form, user, fake } = await openForm('openOBD service')
    expect(form.queryByRole('textbox', { name: 'Host' })).toBeNull()
    expect(form.queryByRole('switch', { name: /plaintext/ })).toBeNull()
    expect(form.getByText('grpc.openobd.com, encrypted')).toBeTruthy()
    await user.click(form.getByRole('radio', { name }))
    await user.type(form.getByRole('textbox', { name: 'Client ID' }), 'partner')
    await user.type(form.getByLabelText('Client secret'), 'hush{Enter}')
    expect(fake.callsOf('saveProfile')).toMatchObject([
      { host: 'grpc.openobd.com', port: 443, clusterId, clientId: 'partner', allowPlaintext: false },
    ])
  })

  it('asks for an address again when another server is chosen', async () => {
    const { form, user, fake } = await openForm('Another openOBD server')
    await user.type(form.getByRole('textbox', { name: 'Host' }), 'grpc.example.test')
    await user.click(form.getByRole('radio', { name: 'openOBD service' }))
    await user.click(form.getByRole('radio', { name: 'Another openOBD server' }))
    expect(form.getByRole<HTMLInputElement>('textbox', { name: 'Host' }).value).toBe('grpc.example.test')
    expect(fake.callsOf('saveProfile')).toEqual([])
  })

  it('saves what was typed', async () => {
    const { form, user, fake } = await openForm()
    await user.type(form.getByRole('textbox', { name: 'Host' }), 'grpc.example.test')
    const port = form.getByRole('textbox', { name: 'Port' })
    await user.clear(port)
    await user.type(port, '8443')
    await user.type(form.getByRole('textbox', { name: 'Client ID' }), 'partner')
    await user.type(form.getByLabelText('Client secret'), 'hush')
    await user.click(form.getByRole('switch', { name: 'Allow plaintext (development)' }))
    expect(form.getByText(/sent unencrypted to this host/)).toBeTruthy()
    await user.click(form.getByRole('button', { name: 'Save' }))
    expect(fake.callsOf('saveProfile')).toMatchObject([
      {
        name: '',
        host: 'grpc.example.test',
        port: 8443,
        clusterId: '001',
        clientId: 'partner',
        clientSecret: 'hush',
        allowPlaintext: true,
      },
    ])
    expect(await screen.findByRole('dialog', { name: 'Servers' })).toBeTruthy()
  })

  it('reports at once which field is too long, cuts nothing and saves nothing', async () => {
    const { form, user, fake } = await openForm()
    const cluster = form.getByRole<HTMLInputElement>('textbox', { name: 'Cluster' })
    await user.clear(cluster)
    await user.click(cluster)
    await user.paste('0'.repeat(17))
    expect(cluster.value).toHaveLength(17)
    expect(form.getByText(/^Too long: 17 characters, at most 16/)).toBeTruthy()
    expect(form.queryByText('Fill this in.')).toBeNull()
    await user.type(form.getByRole('textbox', { name: 'Host' }), 'grpc.example.test')
    await user.type(form.getByRole('textbox', { name: 'Client ID' }), 'partner')
    await user.type(form.getByLabelText('Client secret'), 'hush{Enter}')
    expect(fake.callsOf('saveProfile')).toEqual([])
  })

  it('never shows the secret', async () => {
    const { form } = await openForm()
    expect(form.getByLabelText<HTMLInputElement>('Client secret').type).toBe('password')
  })

  it('shows at each field what is missing and saves nothing', async () => {
    const { form, user, fake } = await openForm()
    await user.click(form.getByRole('button', { name: 'Save' }))
    expect(form.getAllByText('Fill this in.')).toHaveLength(3)
    expect(fake.callsOf('saveProfile')).toEqual([])
  })

  it('stays open and keeps the typed text when main refuses', async () => {
    const { form, user, fake } = await openForm()
    fake.reply('saveProfile', () => ({ ok: false, failure: fakeFailure('endpoint-refused', 'correct-input') }))
    await user.type(form.getByRole('textbox', { name: 'Host' }), '10.0.0.1')
    await user.type(form.getByRole('textbox', { name: 'Client ID' }), 'partner')
    await user.type(form.getByLabelText('Client secret'), 'hush{Enter}')
    expect(await form.findByText(/refused for security reasons/)).toBeTruthy()
    expect(form.getByRole<HTMLInputElement>('textbox', { name: 'Host' }).value).toBe('10.0.0.1')
  })

  it('asks for the secret again as soon as the server changes', async () => {
    const state = startState()
    const profiles = state.profiles.map((profile) => ({ ...profile, hasSecret: true }))
    const { dialog, user, fake } = await openServers({ ...state, profiles })
    await user.click(dialog.getByRole('button', { name: 'Edit Test platform' }))
    const form = within(screen.getByRole('dialog', { name: 'Edit server' }))
    expect(form.getByText('A secret is set. Leave this empty to keep it.')).toBeTruthy()
    await user.type(form.getByRole('textbox', { name: 'Host' }), '.evil')
    expect(form.getByText(/have changed: type the secret again/)).toBeTruthy()
    await user.click(form.getByRole('button', { name: 'Save' }))
    expect(fake.callsOf('saveProfile')).toEqual([])
    expect(form.getByText('Fill this in.')).toBeTruthy()
  })

  it('keeps the secret of a server that is edited', async () => {
    const state = startState()
    const profiles = state.profiles.map((profile) => ({ ...profile, hasSecret: true }))
    const { dialog, user, fake } = await openServers({ ...state, profiles })
    await user.click(dialog.getByRole('button', { name: 'Edit Test platform' }))
    await user.click(within(screen.getByRole('dialog', { name: 'Edit server' })).getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(fake.callsOf('saveProfile')).toHaveLength(1))
    expect(fake.callsOf('saveProfile')[0]).not.toHaveProperty('clientSecret')
    expect(fake.callsOf('saveProfile')[0]).toMatchObject({ id: 'remote' })
  })
})

describe('the test of a connection', () => {
  it('shows every step, and says at the failed one why and what to do', async () => {
    const { dialog, user, fake } = await openServers(startState())
    const failure = {
      ...fakeFailure('proxy-failed', 'check-connection'),
      parameters: { cause: 'proxy-needs-sign-in', proxy: 'proxy.test:8080' },
    }
    fake.reply('testConnection', () => ({
      ok: true,
      value: [
        { step: 'name', state: 'passed' },
        { step: 'proxy', state: 'failed', failure },
        { step: 'tcp', state: 'not-reached' },
      ],
    }))
    await user.click(dialog.getByRole('button', { name: 'Test connection to Test platform' }))
    const test = within(screen.getByRole('dialog', { name: 'Connection to Test platform' }))
    expect(await test.findByText(/The proxy proxy.test:8080 asks for a user and a password/)).toBeTruthy()
    expect(test.getAllByRole('listitem').map((step) => step.textContent?.replace(/The proxy.*/, ''))).toEqual([
      'Name of the serverWorks',
      'ProxyDoes not work',
      'Way to the serverNot tested',
    ])
    expect(fake.callsOf('testConnection')).toEqual([{ profileId: 'remote' }])
    fake.reply('testConnection', () => ({ ok: true, value: [{ step: 'name', state: 'passed' }] }))
    await user.click(test.getByRole('button', { name: 'Test again' }))
    expect(await test.findByText('Everything works.')).toBeTruthy()
  })
})

describe('certificates', () => {
  const certificate = (endsAt: number) => ({ subject: 'lift 1', issuer: 'Authority', beginsAt: 0, endsAt })
  const withCertificate = (endsAt: number): AppState => {
    const state = startState()
    const way = {
      proxy: { kind: 'none' as const },
      hasProxyPassword: false,
      authorities: [],
      certificate: certificate(endsAt),
      hasKey: true,
      partnerApi: { isOn: false, restBaseUrl: '', tokenUrl: '', wsUrl: '' },
    }
    const profiles = state.profiles.map((profile) => (profile.kind === 'remote' ? { ...profile, way } : profile))
    return { ...state, profiles, endpoint: { ...state.endpoint, profileId: 'remote' } }
  }
  const dayMs = 86_400_000

  // @proves Sessions and links: A65 a certificate of this computer is warned of 14 days before its end
  it.each([
    [13.5, /ends in 14 days/],
    [0.5, /ends tomorrow at the latest/],
    [-1, /has ended or is not valid yet/],
  ])('of this computer that end in %d days are warned of where the server is shown', async (days, text) => {
    await drawApp(withCertificate(Date.now() + days * dayMs))
    expect(panel().getByText(text)).toBeTruthy()
  })

  it('of this computer are not warned of while there is time', async () => {
    await drawApp(withCertificate(Date.now() + 15 * dayMs))
    expect(panel().queryByText(/certificate of this computer/)).toBeNull()
  })

  it('are imported for a saved server, and a refused file says why', async () => {
    const { dialog, user, fake } = await openServers(withCertificate(Date.now() + 90 * dayMs))
    fake.reply('importCertificates', () => ({
      ok: false,
      failure: { ...fakeFailure('certificate-unusable'), parameters: { cause: 'key-protected' } },
    }))
    await user.click(dialog.getByRole('button', { name: 'Edit Test platform' }))
    const form = within(screen.getByRole('dialog', { name: 'Edit server' }))
    await user.click(form.getByText('Proxy, certificates, Partner API'))
    await user.click(form.getByRole('button', { name: 'Import a certificate of this computer' }))
    expect(await form.findByText(/The private key is protected by a password/)).toBeTruthy()
    expect(fake.callsOf('importCertificates')).toEqual([{ profileId: 'remote', purpose: 'identity' }])
  })
})
