import { describe, expect, it } from 'vitest'
import type { Profile, ProfileInput, Settings } from '../../shared/app-state.ts'
import { defaultSettings } from '../../shared/default-settings.ts'
import { fail, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { Services } from '../services/services.ts'
import { createHandlers } from './handlers.ts'

const done = { ok: true, value: null }
const target = { kind: 'ticket', number: '7' } as const
const result = { results: ['success' as const] }
const profile = (id: string): Profile => ({
  id,
  kind: 'remote',
  name: id,
  host: `${id}.example`,
  port: 443,
  clusterId: '001',
  clientId: 'c',
  hasSecret: true,
  allowPlaintext: false,
  fromEnvironment: false,
})
const input: ProfileInput = {
  name: 'Depot',
  host: 'depot.example',
  port: 443,
  clusterId: '001',
  clientId: 'c',
  allowPlaintext: false,
}

function setUp() {
  const calls: unknown[][] = []
  /** Notes the call and succeeds. */
  const note =
    (name: string, value: unknown = succeeded(null)) =>
    (...args: unknown[]) => {
      calls.push([name, ...args])
      return value
    }
  const disk: { error: unknown } = { error: undefined }
  const write = (...call: unknown[]) => {
    if (disk.error) throw disk.error
    calls.push(call)
  }
  const state: { settings: Settings; isFirstStart: boolean; tickets: unknown[] } = {
    settings: defaultSettings,
    isFirstStart: false,
    tickets: [],
  }
  const consent = { isStored: false }
  const job = { run: note('run'), runs: { stop: note('stop') } }
  const jobs = {
    all: [] as { isOpen: boolean; server: { profile: { id: string } } }[],
    shown: undefined as unknown,
    start: note('start'),
    show: note('show'),
    interrupt: note('interrupt'),
    finish: note('finish'),
    leave: note('leave'),
    dismissBlocking: note('dismissBlocking'),
    byHandle: (handle: string) => (handle === 'h' ? job : undefined),
  }
  const profiles = {
    known: ['depot', 'other'],
    secretOnly: false,
    consent: false,
    saved: succeeded({ profileId: 'depot' }) as Outcome<{ profileId: string }>,
    find: (id: string) => (profiles.known.includes(id) ? profile(id) : undefined),
    changesSecretOnly: () => profiles.secretOnly,
    needsPlaintextConsent: () => profiles.consent,
    save: (given: ProfileInput) => {
      calls.push(['save', given])
      return profiles.saved
    },
    remove: note('remove'),
    protection: 'protected',
    secrets: { protection: () => Promise.resolve(profiles.protection) },
    rememberSecrets: note('remember'),
    setAuthorities: note('setAuthorities'),
    setIdentity: note('setIdentity'),
    addFromFile: note('addFromFile', succeeded({ added: 1, leftOut: 0 })),
    toFile: () => 'the servers',
  }
  const servers = {
    chosen: undefined as unknown,
    secretTyped: (id: string) => void calls.push(['secretTyped', id]),
  }
  const services = {
    publisher: {
      state,
      update: (slice: keyof typeof state, change: (known: unknown) => unknown) => {
        Object.assign(state, { [slice]: change(state[slice]) })
      },
    },
    settings: {
      write: (...setting: unknown[]) => write('write', ...setting),
      set selectedProfileId(id: string) {
        write('select', id)
      },
      get allowsUnprotectedSecrets() {
        return consent.isStored
      },
      set allowsUnprotectedSecrets(isAllowed: boolean) {
        write('consent', isAllowed)
        consent.isStored = isAllowed
      },
    },
    profiles,
    jobs,
    servers,
    images: { get: note('image') },
    unfinished: { resume: note('resume'), closeWith: note('closeWith'), dismiss: note('dismiss') },
    history: {
      list: note('list'),
      read: note('read'),
      delete: note('delete'),
      deleteOld: () => void calls.push(['deleteOld']),
      exported: () => Promise.resolve(exported.text),
    },
    choose: (chosen: Profile) => void calls.push(['choose', chosen.id]),
    publishProfiles: () => void calls.push(['publishProfiles']),
    publishSecretStorage: () => Promise.resolve(),
    testConnection: note('testConnection', succeeded([])),
    answerPrompt: note('answerPrompt'),
    ownEngine: { restart: note('restartEngine') },
  }
  const exported: { text: Outcome<string> } = { text: succeeded('{}') }
  const clipboard: string[] = []
  const asked: string[] = []
  const nothing = (): void => undefined
  const person = { agrees: true, chooses: true, whileAsked: nothing, file: undefined as string | undefined }
  const handlers = createHandlers(services as unknown as Services, {
    writeClipboard: (text) => void clipboard.push(text),
    applyTheme: (theme) => void calls.push(['applyTheme', theme]),
    confirmPlaintext: (host) => {
      asked.push(host)
      person.whileAsked()
      return Promise.resolve(person.agrees)
    },
    saveFile: (name, text) => {
      write('saveFile', name, text)
      return Promise.resolve(person.chooses)
    },
    openFiles: () => Promise.resolve(person.file),
    confirmUnprotected: () => {
      asked.push('unprotected')
      return Promise.resolve(person.agrees)
    },
  })
  const inUse = (id: string, isOpen = true) => void jobs.all.push({ isOpen, server: { profile: { id } } })
  return { handlers, calls, disk, state, jobs, profiles, servers, exported, clipboard, asked, person, inUse }
}

describe('calls about jobs', () => {
  it.each<[string, (handlers: ReturnType<typeof setUp>['handlers']) => unknown, unknown[]]>([
    ['getPromptImage', (h) => h.getPromptImage({ promptId: 'p' }), ['image', 'p']],
    ['startSession', (h) => h.startSession({ target, withoutRecord: true }), ['start', target, true]],
    ['showJob', (h) => h.showJob({ job: 'j' }), ['show', 'j']],
    ['interruptSession', (h) => h.interruptSession({ handle: 'h' }), ['interrupt', 'h']],
    [
      'finishSession',
      (h) => h.finishSession({ handle: 'h', serviceResult: result, withoutRecord: true }),
      ['finish', 'h', result, true],
    ],
    ['leaveSession', (h) => h.leaveSession({ handle: 'h' }), ['leave', 'h', undefined]],
    ['resumeSession', (h) => h.resumeSession({ handle: 'h' }), ['resume', 'h']],
    [
      'closeUnfinishedSession',
      (h) => h.closeUnfinishedSession({ handle: 'h', serviceResult: result }),
      ['closeWith', 'h', result],
    ],
    ['dismissUnfinishedSession', (h) => h.dismissUnfinishedSession({ handle: 'h' }), ['dismiss', 'h']],
    ['dismissBlockingSessions', (h) => h.dismissBlockingSessions(undefined), ['dismissBlocking']],
    ['runFunction', (h) => h.runFunction({ handle: 'h', functionId: 'f' }), ['run', 'f']],
    ['stopFunction', (h) => h.stopFunction({ handle: 'h' }), ['stop']],
    [
      'answerPrompt',
      (h) => h.answerPrompt({ promptId: 'p', answerId: 'a', choice: { kind: 'continue' }, device: 'touch' }),
      ['answerPrompt', 'p', 'a', { kind: 'continue' }, 'touch'],
    ],
    ['restartEngine', (h) => h.restartEngine(undefined), ['restartEngine']],
    [
      'listJobs',
      (h) => h.listJobs({ search: 'x', before: { openedAt: 1, id: 'j' } }),
      ['list', 'x', { openedAt: 1, id: 'j' }],
    ],
    ['readJob', (h) => h.readJob({ job: 'j', after: 3 }), ['read', 'j', 3]],
    ['deleteJobs', (h) => h.deleteJobs({ jobs: ['j'] }), ['delete', ['j']]],
  ])('%s reaches its service, whose outcome is the reply', async (_name, call, expected) => {
    const { handlers, calls } = setUp()
    expect(await call(handlers)).toEqual(done)
    expect(calls).toEqual([expected])
  })

  it('for an unknown session find none', async () => {
    const { handlers, calls } = setUp()
    const notFound = { failure: { code: 'not-found' } }
    expect(await handlers.runFunction({ handle: 'x', functionId: 'f' })).toMatchObject(notFound)
    expect(await handlers.stopFunction({ handle: 'x' })).toMatchObject(notFound)
    expect(calls).toEqual([])
  })
})

describe('choosing a server', () => {
  it('stores the choice before it connects', async () => {
    const { handlers, calls } = setUp()
    expect(await handlers.selectProfile({ profileId: 'depot' })).toEqual(done)
    expect(calls).toEqual([
      ['select', 'depot'],
      ['choose', 'depot'],
    ])
  })

  it('is refused for an unknown server, and when the choice cannot be stored', async () => {
    const { handlers, calls, disk } = setUp()
    expect(await handlers.selectProfile({ profileId: 'x' })).toMatchObject({ failure: { code: 'not-found' } })
    disk.error = Object.assign(new Error('x'), { errcode: 13 })
    expect(await handlers.selectProfile({ profileId: 'depot' })).toMatchObject({ failure: { code: 'disk-full' } })
    expect(calls).toEqual([])
  })
})

describe('saving a server', () => {
  it('publishes it, and connects what waited for its secret', async () => {
    const { handlers, calls, asked } = setUp()
    expect(await handlers.saveProfile(input)).toEqual({ ok: true, value: { profileId: 'depot' } })
    expect(calls).toEqual([['save', input], ['publishProfiles'], ['secretTyped', 'depot']])
    expect(asked).toEqual([])
  })

  it('connects to it again when it is the chosen one', async () => {
    const { handlers, calls, servers } = setUp()
    servers.chosen = { profile: profile('depot') }
    await handlers.saveProfile({ ...input, id: 'depot' })
    expect(calls.map(([name]) => name)).toEqual(['save', 'publishProfiles', 'choose', 'secretTyped'])
    calls.length = 0
    servers.chosen = { profile: profile('other') }
    await handlers.saveProfile({ ...input, id: 'depot' })
    expect(calls.map(([name]) => name)).toEqual(['save', 'publishProfiles', 'secretTyped'])
  })

  it('that fails changes nothing', async () => {
    const { handlers, calls, profiles } = setUp()
    profiles.saved = fail('invalid-input')
    expect(await handlers.saveProfile(input)).toMatchObject({ failure: { code: 'invalid-input' } })
    expect(calls.map(([name]) => name)).toEqual(['save'])
  })

  it('that is gone at once is no error', async () => {
    const { handlers, calls, profiles } = setUp()
    profiles.known = []
    expect(await handlers.saveProfile(input)).toMatchObject({ ok: true })
    expect(calls.map(([name]) => name)).toEqual(['save', 'publishProfiles'])
  })

  it('is refused while an open job uses it, except for its secret', async () => {
    const { handlers, calls, profiles, inUse } = setUp()
    inUse('depot', false)
    expect(await handlers.saveProfile({ ...input, id: 'depot' })).toMatchObject({ ok: true })
    inUse('other')
    expect(await handlers.saveProfile({ ...input, id: 'depot' })).toMatchObject({ ok: true })
    inUse('depot')
    calls.length = 0
    expect(await handlers.saveProfile({ ...input, id: 'depot' })).toMatchObject({
      failure: { code: 'not-allowed-now' },
    })
    expect(calls).toEqual([])
    profiles.secretOnly = true
    expect(await handlers.saveProfile({ ...input, id: 'depot' })).toMatchObject({ ok: true })
  })

  it('in plaintext to another computer needs a person, who is asked before anything is saved', async () => {
    const { handlers, calls, profiles, asked, person, inUse } = setUp()
    profiles.consent = true
    person.agrees = false
    expect(await handlers.saveProfile(input)).toMatchObject({ failure: { code: 'plaintext-declined' } })
    expect([calls, asked]).toEqual([[], ['depot.example']])
    person.agrees = true
    person.whileAsked = () => inUse('depot')
    expect(await handlers.saveProfile({ ...input, id: 'depot' })).toMatchObject({
      failure: { code: 'not-allowed-now' },
    })
    expect(calls).toEqual([])
  })
})

describe('removing a server', () => {
  it('publishes the others', async () => {
    const { handlers, calls } = setUp()
    expect(await handlers.removeProfile({ profileId: 'depot' })).toEqual(done)
    expect(calls).toEqual([['remove', 'depot'], ['publishProfiles']])
  })

  it('is refused for the chosen one and for one that an open job uses', async () => {
    const { handlers, calls, servers, inUse } = setUp()
    servers.chosen = { profile: profile('depot') }
    inUse('other')
    expect(await handlers.removeProfile({ profileId: 'depot' })).toMatchObject({ failure: { code: 'server-chosen' } })
    expect(await handlers.removeProfile({ profileId: 'other' })).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(calls).toEqual([])
  })

  it('that fails publishes nothing', async () => {
    const { handlers, calls, profiles } = setUp()
    profiles.remove = () => fail('not-found')
    expect(await handlers.removeProfile({ profileId: 'x' })).toMatchObject({ failure: { code: 'not-found' } })
    expect(calls).toEqual([])
  })
})

describe('calls about the connection', () => {
  const resolved = {
    endpoint: { host: '127.0.0.1', port: 5, transport: 'plaintext' },
    credentials: { clientId: 'id', clientSecret: 's', clusterId: '001' },
  }

  it('list the sessions of the chosen server, or fail without one', async () => {
    const { handlers, servers } = setUp()
    const lost = { failure: { code: 'connection-lost' } }
    expect(await handlers.listSessions(undefined)).toMatchObject(lost)
    servers.chosen = { finder: { list: () => Promise.resolve(undefined) } }
    expect(await handlers.listSessions(undefined)).toMatchObject(lost)
    servers.chosen = { finder: { list: () => Promise.resolve(succeeded([])) } }
    expect(await handlers.listSessions(undefined)).toEqual({ ok: true, value: [] })
  })

  it('try the chosen server and that of the shown job again, each once', async () => {
    const { handlers, servers, jobs } = setUp()
    const tried: string[] = []
    const server = (name: string) => ({ reconnect: () => Promise.resolve(void tried.push(name)) })
    expect(await handlers.reconnect(undefined)).toEqual(done)
    const chosen = server('chosen')
    servers.chosen = chosen
    jobs.shown = { wake: () => void tried.push('wake'), server: server('of the job') }
    await handlers.reconnect(undefined)
    jobs.shown = { wake: () => undefined, server: chosen }
    await handlers.reconnect(undefined)
    expect(tried).toEqual(['wake', 'chosen', 'of the job', 'chosen'])
  })

  it('copy the connection of the open job, else of the chosen server', async () => {
    const { handlers, servers, jobs, clipboard, state } = setUp()
    const view = { viewer: 'available' }
    const other = { view, resolved: { ...resolved, endpoint: { ...resolved.endpoint, port: 6 } } }
    state.tickets = [{ number: '9', inUse: false }]
    servers.chosen = { view, resolved }
    expect(await handlers.copyConnection(undefined)).toEqual(done)
    jobs.shown = { isOpen: true, server: other, screen: { view: { target, end: undefined } } }
    expect(await handlers.copyConnection(undefined)).toEqual(done)
    jobs.shown = { isOpen: false, server: other, screen: { view: { target, end: { kind: 'lost', at: 1 } } } }
    expect(await handlers.copyConnection(undefined)).toEqual(done)
    expect(clipboard.map((text) => [/PORT='(\d)'/.exec(text)?.[1], /TICKET_ID='(\d)'/.exec(text)?.[1]])).toEqual([
      ['5', '9'],
      ['6', '7'],
      ['5', '9'],
    ])
  })

  it('copy nothing while the server is not known, and say why', async () => {
    const { handlers, servers, clipboard } = setUp()
    expect(await handlers.copyConnection(undefined)).toMatchObject({ failure: { code: 'connection-lost' } })
    servers.chosen = { view: {} }
    expect(await handlers.copyConnection(undefined)).toMatchObject({ failure: { code: 'connection-lost' } })
    servers.chosen = { view: { failure: newFailure('engine-failed') } }
    expect(await handlers.copyConnection(undefined)).toMatchObject({ failure: { code: 'engine-failed' } })
    expect(clipboard).toEqual([])
  })
})

describe('a setting', () => {
  const voltageLimits = { 12: { low: 12, high: 15 }, 24: { low: 24, high: 30 } }
  const changes: [keyof Settings, (handlers: ReturnType<typeof setUp>['handlers']) => unknown, unknown][] = [
    ['language', (h) => h.setLanguage({ language: 'nl' }), 'nl'],
    ['theme', (h) => h.setTheme({ theme: 'dark' }), 'dark'],
    ['textSize', (h) => h.setTextSize({ textSize: 'largest' }), 'largest'],
    ['sound', (h) => h.setSound({ sound: true }), true],
    ['voltageLimits', (h) => h.setVoltageLimits({ voltageLimits }), voltageLimits],
    ['keptDays', (h) => h.setKeptDays({ days: 90 }), 90],
  ]

  it.each(changes)('%s is shown and stored', async (name, change, value) => {
    const { handlers, calls, state } = setUp()
    expect(await change(handlers)).toEqual(done)
    expect(state.settings).toEqual({ ...defaultSettings, [name]: value })
    expect(calls).toContainEqual(['write', name, value])
    expect(calls.some(([what]) => what === 'applyTheme')).toBe(name === 'theme')
    expect(calls.some(([what]) => what === 'deleteOld')).toBe(name === 'keptDays')
  })

  it('that is the language ends the first start, also when it cannot be stored', async () => {
    const { handlers, state, disk } = setUp()
    state.isFirstStart = true
    await handlers.setSound({ sound: true })
    expect(state.isFirstStart).toBe(true)
    disk.error = new Error('broken')
    await handlers.setLanguage({ language: 'nl' })
    expect(state.isFirstStart).toBe(false)
  })

  it.each(changes)(
    '%s that cannot be stored is a failure; only a time after which jobs are deleted then stays as it was',
    async (name, change, value) => {
      const { handlers, calls, state, disk } = setUp()
      disk.error = new Error('broken')
      expect(await change(handlers)).toMatchObject({ failure: { code: 'storage-failed' } })
      const isKept = name === 'keptDays'
      expect(state.settings).toEqual(isKept ? defaultSettings : { ...defaultSettings, [name]: value })
      expect(calls.some(([what]) => what === 'deleteOld')).toBe(false)
    },
  )
})

describe('exporting jobs', () => {
  it('saves their text where a person chooses, and says whether somebody chose', async () => {
    const { handlers, calls, person } = setUp()
    expect(await handlers.exportJobs({ jobs: ['j'] })).toEqual({ ok: true, value: true })
    person.chooses = false
    expect(await handlers.exportJobs({ jobs: ['j'] })).toEqual({ ok: true, value: false })
    expect(calls).toEqual(Array(2).fill(['saveFile', 'jobs.json', '{}']))
  })

  it('fails when there is nothing to save, or the file cannot be written', async () => {
    const { handlers, calls, exported, disk } = setUp()
    exported.text = fail('not-found')
    expect(await handlers.exportJobs({ jobs: ['j'] })).toMatchObject({ failure: { code: 'not-found' } })
    expect(calls).toEqual([])
    exported.text = succeeded('{}')
    disk.error = Object.assign(new Error('full'), { code: 'ENOSPC' })
    expect(await handlers.exportJobs({ jobs: ['j'] })).toMatchObject({ failure: { code: 'disk-full' } })
  })
})

describe('secrets of a server', () => {
  it.each([true, false])('are stored for later runs when the person wants it: %s', async (remember) => {
    const { handlers, calls, asked } = setUp()
    expect(await handlers.saveProfile({ ...input, remember })).toMatchObject({ ok: true })
    expect(calls).toContainEqual(['remember', 'depot', remember])
    expect(asked).toEqual([])
  })

  // @proves Security: Secrets are stored without protection only after a person has agreed once, outside the page
  it('without protection are asked about once, outside the page', async () => {
    const { handlers, calls, asked, profiles } = setUp()
    profiles.protection = 'unprotected'
    await handlers.saveProfile({ ...input, remember: true })
    await handlers.saveProfile({ ...input, remember: true })
    expect(asked).toEqual(['unprotected'])
    expect(calls).toContainEqual(['consent', true])
  })

  it('without protection are not agreed to by closing the question', async () => {
    const { handlers, calls, profiles, person } = setUp()
    profiles.protection = 'unprotected'
    person.agrees = false
    await handlers.saveProfile({ ...input, remember: true })
    expect(calls).not.toContainEqual(['consent', true])
  })
})

describe('files of servers', () => {
  it('are read outside the page; nothing happens when nobody chose one', async () => {
    const { handlers, calls, person } = setUp()
    const args = { profileId: 'depot', purpose: 'identity' } as const
    expect(await handlers.importCertificates(args)).toEqual({ ok: true, value: false })
    expect(await handlers.importProfiles(undefined)).toEqual({ ok: true, value: null })
    expect(calls).toEqual([])
    person.file = 'PEM'
    expect(await handlers.importCertificates(args)).toEqual({ ok: true, value: true })
    await handlers.importCertificates({ ...args, purpose: 'authorities' })
    await handlers.removeCertificates(args)
    await handlers.importProfiles(undefined)
    expect(calls.filter(([name]) => name !== 'publishProfiles')).toEqual([
      ['setIdentity', 'depot', 'PEM'],
      ['setAuthorities', 'depot', 'PEM'],
      ['setIdentity', 'depot', ''],
      ['addFromFile', 'PEM'],
    ])
  })

  it('are saved without secrets, and a full disk is said', async () => {
    const { handlers, calls, disk } = setUp()
    expect(await handlers.exportProfiles(undefined)).toEqual({ ok: true, value: true })
    expect(calls).toEqual([['saveFile', 'openobd-servers.json', 'the servers']])
    disk.error = Object.assign(new Error('full'), { code: 'ENOSPC' })
    expect(await handlers.exportProfiles(undefined)).toMatchObject({ failure: { code: 'disk-full' } })
  })

  it('are tested only for a server that exists', async () => {
    const { handlers } = setUp()
    expect(await handlers.testConnection({ profileId: 'depot' })).toEqual({ ok: true, value: [] })
    expect(await handlers.testConnection({ profileId: 'x' })).toMatchObject({ failure: { code: 'not-found' } })
  })
})
