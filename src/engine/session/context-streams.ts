import type { ContextCall } from './access.ts'
import type { EndableStream } from './function-context.ts'

/** Ties a stream to the function context of its call, which ends it; returns a function that unties it. */
export function tieToContext(stream: EndableStream, authorised: unknown): () => void {
  if (!isContextCall(authorised) || authorised.context.state === 'ended') return () => {}
  const { streams } = authorised.context
  streams.add(stream)
  return () => streams.delete(stream)
}

const isContextCall = (call: unknown): call is ContextCall =>
  typeof call === 'object' && call !== null && 'context' in call && 'session' in call
