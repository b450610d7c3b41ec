import type { ProfileInput } from '../../shared/app-state.ts'
import type { CallArgs } from '../../shared/ipc/contract.ts'
import { fail, failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import { connectionLines, ticketToCopy } from '../services/connection-lines.ts'
import { storageFailure } from '../services/failures.ts'
import type { Services } from '../services/services.ts'
import type { UpdateControl } from '../updates/create-updates.ts'
import type { BackendHandlers } from './lazy-handlers.ts'

const done = succeeded(null)

/** Dependencies of the commands besides the services. */
export interface HandlerOptions {
  readonly writeClipboard: (text: string) => void
  readonly applyTheme: (theme: 'system' | 'light' | 'dark') => void
  /** Asks the person outside the page whether everything may be sent unencrypted to this host. */
  readonly confirmPlaintext: (host: string) => Promise<boolean>
  /** Saves a text in a file that the person chooses outside the page; false when nobody chose one. Throws when it cannot be written. */
  readonly saveFile: (name: string, text: string) => Promise<boolean>
  /** Updates of the application (default: none). */
  readonly updates?: Pick<UpdateControl, 'check' | 'download' | 'install'>
  /** The texts of files that the person chooses outside the page, joined; undefined when nobody chose one or they are too long. */
  readonly openFiles: (kind: 'certificates' | 'servers') => Promise<string | undefined>
  /** Asks the person outside the page whether secrets may be stored without protection. */
  readonly confirmUnprotected: () => Promise<boolean>
}

/** Connects the calls of the contract with the services. */
export function createHandlers(services: Services, options: HandlerOptions): BackendHandlers {
  const { jobs, images, unfinished } = services
  return {
    ...profileHandlers(services, options),
    ...profileFileHandlers(services, options),
    ...connectionHandlers(services, options),
    ...settingsHandlers(services, options),
    ...historyHandlers(services, options),
    ...updateHandlers(options),
    getPromptImage: ({ promptId }) => images.get(promptId),
    startSession: ({ target, withoutRecord }) => jobs.start(target, withoutRecord),
    showJob: ({ job }) => jobs.show(job),
    interruptSession: ({ handle }) => jobs.interrupt(handle),
    finishSession: ({ handle, serviceResult, withoutRecord }) => jobs.finish(handle, serviceResult, withoutRecord),
    leaveSession: ({ handle, leaveOpen }) => jobs.leave(handle, leaveOpen),
    resumeSession: ({ handle }) => unfinished.resume(handle),
    closeUnfinishedSession: ({ handle, serviceResult }) => unfinished.closeWith(handle, serviceResult),
    dismissUnfinishedSession: ({ handle }) => unfinished.dismiss(handle),
    dismissBlockingSessions: () => jobs.dismissBlocking(),
    runFunction: ({ handle, functionId }) => jobs.byHandle(handle)?.run(functionId) ?? fail('not-found'),
    stopFunction: ({ handle }) => jobs.byHandle(handle)?.runs.stop() ?? fail('not-found'),
    answerPrompt: ({ promptId, answerId, choice, device }) => services.answerPrompt(promptId, answerId, choice, device),
  }
}

/** Stores the secrets of a profile when the person wants it; without protection only with consent, which is asked for once. */
async function keepSecrets(
  { profiles, settings, publishSecretStorage }: Services,
  { confirmUnprotected }: HandlerOptions,
  profileId: string,
  isWanted: boolean,
): Promise<Outcome<null>> {
  const protection = isWanted ? await profiles.secrets.protection() : 'protected'
  if (protection === 'unprotected' && !settings.allowsUnprotectedSecrets && (await confirmUnprotected())) {
    try {
      settings.allowsUnprotectedSecrets = true
    } catch (error) {
      return storageFailure(error)
    }
    await publishSecretStorage()
  }
  return profiles.rememberSecrets(profileId, isWanted)
}

function profileHandlers(services: Services, options: HandlerOptions) {
  const { profiles, jobs, servers, settings, choose, publishProfiles } = services
  const { confirmPlaintext } = options
  const isInUse = (profileId: string | undefined) =>
    jobs.all.some((job) => job.isOpen && job.server.profile.id === profileId)
  return {
    selectProfile: ({ profileId }: { profileId: string }): Outcome<null> => {
      const profile = profiles.find(profileId)
      if (!profile) return fail('not-found')
      try {
        settings.selectedProfileId = profileId
      } catch (error) {
        // A choice that cannot be stored is refused: the next start would not know it.
        return storageFailure(error)
      }
      choose(profile)
      return done
    },
    saveProfile: async (input: ProfileInput): Promise<Outcome<{ profileId: string }>> => {
      // A job keeps its server as it was when it started; only a secret that is missing may be given.
      if (isInUse(input.id) && !profiles.changesSecretOnly(input)) return fail('not-allowed-now')
      if (profiles.needsPlaintextConsent(input) && !(await confirmPlaintext(input.host)))
        return fail('plaintext-declined')
      if (isInUse(input.id) && !profiles.changesSecretOnly(input)) return fail('not-allowed-now')
      const outcome = profiles.save(input)
      if (!outcome.ok) return outcome
      publishProfiles()
      const saved = profiles.find(outcome.value.profileId)
      if (saved && saved.id === servers.chosen?.profile.id) choose(saved)
      if (saved) servers.secretTyped(saved.id)
      if (input.remember === undefined) return outcome
      const kept = await keepSecrets(services, options, outcome.value.profileId, input.remember)
      publishProfiles()
      return kept.ok ? outcome : kept
    },
    removeProfile: ({ profileId }: { profileId: string }): Outcome<null> => {
      // Only a person chooses another server; a removal never does.
      if (servers.chosen?.profile.id === profileId) return fail('server-chosen')
      if (isInUse(profileId)) return fail('not-allowed-now')
      const outcome = profiles.remove(profileId)
      if (outcome.ok) publishProfiles()
      return outcome
    },
  }
}

function profileFileHandlers(services: Services, { openFiles, saveFile }: HandlerOptions) {
  const { profiles, publishProfiles, servers, choose } = services
  const changed = (profileId: string): void => {
    publishProfiles()
    const profile = profiles.find(profileId)
    if (profile && profileId === servers.chosen?.profile.id) choose(profile)
  }
  const setCertificates = async ({ profileId, purpose }: CallArgs<'removeCertificates'>, pem: string) => {
    const isAuthorities = purpose === 'authorities'
    const set = isAuthorities ? profiles.setAuthorities(profileId, pem) : await profiles.setIdentity(profileId, pem)
    changed(profileId)
    return set
  }
  return {
    testConnection: async ({ profileId }: CallArgs<'testConnection'>) => {
      const profile = profiles.find(profileId)
      return profile ? services.testConnection(profile) : fail('not-found')
    },
    importCertificates: async (args: CallArgs<'importCertificates'>): Promise<Outcome<boolean>> => {
      const pem = await openFiles('certificates')
      if (pem === undefined) return succeeded(false)
      const set = await setCertificates(args, pem)
      return set.ok ? succeeded(true) : set
    },
    removeCertificates: (args: CallArgs<'removeCertificates'>) => setCertificates(args, ''),
    exportProfiles: async (): Promise<Outcome<boolean>> => {
      try {
        return succeeded(await saveFile('openobd-servers.json', profiles.toFile()))
      } catch (error) {
        return storageFailure(error)
      }
    },
    importProfiles: async () => {
      const text = await openFiles('servers')
      if (text === undefined) return succeeded(null)
      const added = profiles.addFromFile(text)
      publishProfiles()
      return added
    },
  }
}

function connectionHandlers(services: Services, options: HandlerOptions) {
  const { servers, jobs, publisher } = services
  return {
    listSessions: async () => (await servers.chosen?.finder.list()) ?? fail('connection-lost'),
    reconnect: async (): Promise<Outcome<null>> => {
      const { shown } = jobs
      shown?.wake()
      const concerned = new Set([servers.chosen, shown?.server])
      await Promise.all([...concerned].map((server) => server?.reconnect()))
      return done
    },
    restartEngine: () => services.ownEngine.restart(),
    copyConnection: async (): Promise<Outcome<null>> => {
      const { shown } = jobs
      const server = shown?.isOpen ? shown.server : servers.chosen
      if (!server?.resolved) return server?.view.failure ? failed(server.view.failure) : fail('connection-lost')
      const ticket = ticketToCopy(shown?.screen.view, publisher.state.tickets)
      // Prompts of a script appear here on any server when it talks to the gateway.
      const gateway = server.view.viewer === 'absent' ? await server.gateway.start() : undefined
      const address = gateway?.ok
        ? { endpoint: gateway.value, credentials: gateway.value.credentials }
        : server.resolved
      options.writeClipboard(connectionLines(address, ticket))
      return done
    },
  }
}

function settingsHandlers({ settings, publisher, history }: Services, options: HandlerOptions) {
  const store = (write: () => void): Outcome<null> => {
    try {
      write()
      return done
    } catch (error) {
      return storageFailure(error)
    }
  }
  return {
    setLanguage: ({ language }: CallArgs<'setLanguage'>) => {
      publisher.update('settings', (known) => ({ ...known, language }))
      publisher.update('isFirstStart', () => false)
      return store(() => settings.write('language', language))
    },
    setTheme: ({ theme }: CallArgs<'setTheme'>) => {
      options.applyTheme(theme)
      publisher.update('settings', (known) => ({ ...known, theme }))
      return store(() => settings.write('theme', theme))
    },
    setTextSize: ({ textSize }: CallArgs<'setTextSize'>) => {
      publisher.update('settings', (known) => ({ ...known, textSize }))
      return store(() => settings.write('textSize', textSize))
    },
    setSound: ({ sound }: CallArgs<'setSound'>) => {
      publisher.update('settings', (known) => ({ ...known, sound }))
      return store(() => settings.write('sound', sound))
    },
    setVoltageLimits: ({ voltageLimits }: CallArgs<'setVoltageLimits'>) => {
      publisher.update('settings', (known) => ({ ...known, voltageLimits }))
      return store(() => settings.write('voltageLimits', voltageLimits))
    },
    setKeptDays: ({ days: keptDays }: CallArgs<'setKeptDays'>) => {
      const stored = store(() => settings.write('keptDays', keptDays))
      if (!stored.ok) return stored
      publisher.update('settings', (known) => ({ ...known, keptDays }))
      history.deleteOld()
      return stored
    },
  }
}

function updateHandlers({ updates }: HandlerOptions) {
  const refuse = () => Promise.resolve(fail('not-allowed-now'))
  return {
    checkForUpdate: () => updates?.check() ?? refuse(),
    downloadUpdate: () => updates?.download() ?? refuse(),
    installUpdate: () => updates?.install() ?? refuse(),
  }
}

function historyHandlers({ history }: Services, { saveFile }: HandlerOptions) {
  return {
    listJobs: ({ search, before }: CallArgs<'listJobs'>) => history.list(search, before),
    readJob: ({ job, after }: CallArgs<'readJob'>) => history.read(job, after),
    exportJobs: async ({ jobs }: CallArgs<'exportJobs'>): Promise<Outcome<boolean>> => {
      const text = await history.exported(jobs)
      if (!text.ok) return text
      try {
        return succeeded(await saveFile('jobs.json', text.value))
      } catch (error) {
        return storageFailure(error)
      }
    },
    deleteJobs: ({ jobs }: CallArgs<'deleteJobs'>) => history.delete(jobs),
  }
}
