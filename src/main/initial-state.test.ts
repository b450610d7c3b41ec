import { expect, it } from 'vitest'
import { appStateSchema } from '../shared/app-state.ts'
import { defaultSettings } from '../shared/default-settings.ts'
import { initialState } from './initial-state.ts'

it('the state before anything is known fits the contract and claims nothing', () => {
  const app = { version: '1', platform: 'linux', host: 'electron' } as const
  const state = initialState(app)
  expect(appStateSchema.parse(state)).toEqual(state)
  expect(state).toEqual({
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
  })
})
