import type { Profile } from './app-state.ts'

type Place = Pick<Profile, 'host' | 'port' | 'allowPlaintext' | 'clientId'>

/** Whether the secret of one may be used for the other: host, port, encryption and client id must all be equal. */
export const isSameServer = (a: Place, b: Place): boolean =>
  a.host === b.host && a.port === b.port && a.allowPlaintext === b.allowPlaintext && a.clientId === b.clientId
