import type { ProfileInput } from '../../shared/app-state.ts'
import { fail, failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import { connectionLines, ticketToCopy } from '../services/connection-lines.ts'
import { storageFailure } from '../services/failures.ts'
import type { Services } from '../services/services.ts'
import type { BackendHandlers } from './lazy-handlers.ts'

const done = succeeded(null)

/** Dependencies of the commands besides the services. */
export interface HandlerOptions {
  readonly writeClipboard: (text: string) => void
  readonly applyTheme: (theme: 'system' | 'light' | 'dark') => void
  /** Asks the person outside the page whether everything may be sent unencrypted to this host. */
  readonly confirmPlaintext: (host: string) => Promise<boolean>
}

/** Connects the calls of the contract with the services. */
export function createHandlers(services: Services, options: HandlerOptions): BackendHandlers {
  const { desk, prompts, images, runs } = services
  return {
    ...profileHandlers(services, options),
    ...connectionHandlers(services, options),
    ...settingsHandlers(services, options),
    getPromptImage: ({ promptId }) => images.get(promptId),
    listSessions: async () => {
      const list = await services.finder.list()
      if (!list) return fail('connection-lost')
      return list
    },
    startSession: (target) => desk.start(target),
    interruptSession: ({ handle }) => desk.interrupt(handle),
    finishSession: ({ handle, serviceResult }) => desk.finish(handle, serviceResult),
    leaveSession: ({ handle }) => desk.leave(handle),
    dismissUnfinishedSession: ({ handle }) => services.unfinished.dismiss(handle),
    dismissBlockingSessions: () => desk.dismissBlocking(),
    runFunction: ({ handle, functionId }) => {
      const { session } = desk
      return session?.handle === handle ? runs.run(session, functionId) : fail('not-found')
    },
    stopFunction: ({ handle }) => (desk.session?.handle === handle ? runs.stop() : fail('not-found')),
    answerPrompt: ({ promptId, answerId, choice }) => prompts.answer(promptId, answerId, choice),
  }
}

function profileHandlers(
  { profiles, desk, endpoint, settings, choose, publishProfiles }: Services,
  { confirmPlaintext }: HandlerOptions,
) {
  return {
    selectProfile: ({ profileId }: { profileId: string }): Outcome<null> => {
      const profile = profiles.find(profileId)
      if (!profile) return fail('not-found')
      if (desk.isBusy) return fail('not-allowed-now')
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
      const isChosenAndBusy = () => input.id !== undefined && input.id === endpoint.profile?.id && desk.isBusy
      if (isChosenAndBusy()) return fail('not-allowed-now')
      if (profiles.needsPlaintextConsent(input) && !(await confirmPlaintext(input.host)))
        return fail('plaintext-declined')
      if (isChosenAndBusy()) return fail('not-allowed-now')
      const outcome = profiles.save(input)
      if (!outcome.ok) return outcome
      publishProfiles()
      const saved = profiles.find(outcome.value.profileId)
      if (saved && saved.id === endpoint.profile?.id) choose(saved)
      return outcome
    },
    removeProfile: ({ profileId }: { profileId: string }): Outcome<null> => {
      // Only a person chooses another server; a removal never does.
      if (endpoint.profile?.id === profileId) return fail('server-chosen')
      const outcome = profiles.remove(profileId)
      if (outcome.ok) publishProfiles()
      return outcome
    },
  }
}

function connectionHandlers(services: Services, options: HandlerOptions) {
  const { endpoint, desk, publisher } = services
  return {
    reconnect: async (): Promise<Outcome<null>> => {
      desk.session?.wake()
      await endpoint.reconnect()
      return done
    },
    restartEngine: () => services.restartEngine(),
    copyConnection: (): Outcome<null> => {
      const { resolved } = endpoint
      if (!resolved) return endpoint.view?.failure ? failed(endpoint.view.failure) : fail('connection-lost')
      const ticket = ticketToCopy(desk.session?.view, publisher.state.tickets)
      options.writeClipboard(connectionLines(resolved, ticket))
      return done
    },
  }
}

function settingsHandlers({ settings, publisher }: Services, options: HandlerOptions) {
  const store = (write: () => void): Outcome<null> => {
    try {
      write()
      return done
    } catch (error) {
      return storageFailure(error)
    }
  }
  return {
    setLanguage: ({ language }: { language: 'en' | 'de' | 'nl' | 'fr' }) => {
      publisher.update('settings', (known) => ({ ...known, language }))
      return store(() => settings.write('language', language))
    },
    setTheme: ({ theme }: { theme: 'system' | 'light' | 'dark' }) => {
      options.applyTheme(theme)
      publisher.update('settings', (known) => ({ ...known, theme }))
      return store(() => settings.write('theme', theme))
    },
  }
}
