import type { Metadata } from '@grpc/grpc-js'

/** The token of `authorization: Bearer …`. The official client sends `Bearer ` and `Bearer None` when it has none (protocol.md §0). */
export function bearerOf(metadata: Metadata): string | undefined {
  const values = metadata.get('authorization')
  if (values.length !== 1) return undefined
  const token = /^bearer (.+)$/i.exec(String(values[0]))?.[1]?.trim()
  return token === undefined || token === '' || token === 'None' ? undefined : token
}
