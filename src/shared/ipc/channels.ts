import type { Contract } from './contract.ts'

/**
 * The contract's names and kinds as plain values, so that the preload needs neither schemas nor zod. The compiler refuses
 * this table when it and the contract differ.
 */
export const channelKinds = {
  getState: 'query',
  getPromptImage: 'query',
  listSessions: 'query',
  selectProfile: 'command',
  saveProfile: 'command',
  removeProfile: 'command',
  reconnect: 'command',
  restartEngine: 'command',
  copyConnection: 'command',
  startSession: 'command',
  interruptSession: 'command',
  finishSession: 'command',
  leaveSession: 'command',
  dismissUnfinishedSession: 'command',
  dismissBlockingSessions: 'command',
  runFunction: 'command',
  stopFunction: 'command',
  answerPrompt: 'command',
  setLanguage: 'command',
  setTheme: 'command',
  closingShown: 'command',
  answerClosing: 'command',
  stateChanged: 'event',
  logAppended: 'event',
} as const satisfies { readonly [N in keyof Contract]: Contract[N]['kind'] }
