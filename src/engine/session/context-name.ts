import type { ContextCall } from './access.ts'

/** How viewers name a function context; the root context has no id there. */
export const contextName = ({ session, context }: ContextCall) => ({
  sessionId: session.id,
  contextId: context.isRoot ? '' : context.id,
})
