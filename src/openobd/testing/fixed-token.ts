import type { SessionTokenSource } from '../session/session-calls.ts'
import type { SessionToken } from '../token.ts'

/** One token that nothing replaces, for tests and measurements that end before it expires. */
export const fixedToken = (token: SessionToken): SessionTokenSource => ({
  current: () => token,
  replace: () => Promise.resolve(undefined),
})
