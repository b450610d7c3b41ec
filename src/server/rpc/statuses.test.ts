import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import type { RefusalKind } from '../refusal.ts'
import { statusOfRefusal } from './statuses.ts'

describe('the status of a refusal', () => {
  it.each(Object.entries(statusOfRefusal) as [RefusalKind, status][])(
    '%s has the same name on the wire',
    (kind, code) => {
      expect(status[code]).toBe(kind.toUpperCase().replaceAll('-', '_'))
    },
  )
})
