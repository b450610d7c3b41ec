import type { Metadata } from '@grpc/grpc-js'

/** Headers that belong to one connection, and the bearer. */
const notPassed = [
  'authorization',
  'user-agent',
  'content-type',
  'date',
  'te',
  'accept-encoding',
  'grpc-encoding',
  'grpc-accept-encoding',
  'grpc-status',
  'grpc-message',
]

/** Metadata that belongs to the call, without a bearer and without what each connection sets itself. */
export function passable(metadata: Metadata): Metadata {
  const passed = metadata.clone()
  for (const name of notPassed) passed.remove(name)
  return passed
}
