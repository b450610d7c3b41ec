import { failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import { connectionLines, ticketToCopy } from '../services/connection-lines.ts'
import { fail } from '../services/failures.ts'
import { embeddedProfileId } from '../services/profiles.ts'
import type { Services } from '../services/services.ts'
import type { BackendHandlers } from './lazy-handlers.ts'

const done = succeeded(null)

/** What the commands need besides the services. */
export type HandlerOptions = {
  readonly writeClipboard: (text: string) => void
  readonly applyTheme: (theme: 'system' | 'light' | 'dark') => void
}

/** Connects the calls of the contract with the services. */
export function createHandlers(services: Services, options: HandlerOptions): BackendHandlers {
  const { desk, prompts, images, runs } = services
  return {
    ...profileHandlers(services),
    ...connectionHandlers(services, options),
    ...settingsHandlers(services, options),
    getPromptImage: ({ promptId }) => images.get(promptId),
    listSessions: async () => {
      const list = await services.finder.list()
      if (!list) return fail('connection-lost')
      return list.ok ? list : failed(services.present(list.failure))
    },
    startSession: (target) => desk.start(target),
    interruptSession: ({ handle }) => desk.interrupt(handle),
    finishSession: ({ handle, serviceResult }) => desk.finish(handle, serviceResult),
    leaveSession: ({ handle }) => desk.leave(handle),
    dismissBlockingSessions: () => desk.dismissBlocking(),
    runFunction: ({ handle, functionId }) => {
      const { session } = desk
      return session?.handle === handle ? runs.run(session, functionId) : fail('not-found')
    },
    stopFunction: ({ handle }) => (desk.session?.handle === handle ? runs.stop() : fail('not-found')),
    answerPrompt: async ({ promptId, answerId, choice }) => {
      const outcome = await prompts.answer(promptId, answerId, choice)
      return outcome.ok ? outcome : failed(services.present(outcome.failure))
    },
  }
}

function profileHandlers({ profiles, desk, endpoint, settings, choose, publishProfiles }: Services) {
  return {
    selectProfile: ({ profileId }: { profileId: string }): Outcome<null> => {
      const profile = profiles.find(profileId)
      if (!profile) return fail('not-found')
      if (desk.isBusy) return fail('not-allowed-now')
      settings.selectedProfileId = profileId
      choose(profile)
      return done
    },
    saveProfile: (input: Parameters<typeof profiles.save>[0]): Outcome<{ profileId: string }> => {
      if (input.id !== undefined && input.id === endpoint.profile?.id && desk.isBusy) return fail('not-allowed-now')
      const outcome = profiles.save(input)
      if (!outcome.ok) return outcome
      publishProfiles()
      const saved = profiles.find(outcome.value.profileId)
      if (saved && saved.id === endpoint.profile?.id) choose(saved)
      return outcome
    },
    removeProfile: ({ profileId }: { profileId: string }): Outcome<null> => {
      const isChosen = endpoint.profile?.id === profileId
      if (isChosen && desk.isBusy) return fail('not-allowed-now')
      const outcome = profiles.remove(profileId)
      if (!outcome.ok) return outcome
      publishProfiles()
      const embedded = profiles.find(embeddedProfileId)
      if (isChosen && embedded) choose(embedded)
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
      const ticket = ticketToCopy(desk.session?.view, publisher.state.workshop.tickets)
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
    } catch {
      return fail('storage-failed')
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
