import type { AppState } from '../shared/app-state.ts'
import { defaultSettings } from '../shared/default-settings.ts'

/** The state before anything is known. */
export function initialState(app: AppState['app']): AppState {
  return {
    app,
    storage: { condition: 'new' },
    settings: defaultSettings,
    isFirstStart: false,
    profiles: [],
    secretStorage: { protection: 'unprotected', isAllowed: false },
    endpoint: { profileId: 'embedded', status: 'starting', viewer: 'unknown', secure: false },
    workshop: { status: 'loading', name: '' },
    tickets: [],
    connectors: [],
    functions: [],
    jobs: [],
    shownJob: null,
    session: null,
    earlierRuns: { runs: [], forgotten: 0 },
    link: null,
    journal: {},
    prompts: [],
    endedPrompts: [],
    unfinishedSessions: [],
    blockingSessions: null,
    closing: null,
    update: { status: 'off' },
  }
}
