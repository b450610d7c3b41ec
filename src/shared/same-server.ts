import type { Profile } from './app-state.ts'

type Place = Pick<Profile, 'host' | 'port' | 'allowPlaintext' | 'clientId'>

/** Whether a secret that was typed for one may be used for the other: it belongs to host, port, encryption and client id together. */
export const isSameServer = (a: Place, b: Place): boolean =>
  a.host === b.host && a.port === b.port && a.allowPlaintext === b.allowPlaintext && a.clientId === b.clientId
