import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const files = globSync('**/*.ts', { cwd: import.meta.dirname })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.startsWith('generated/') && !file.endsWith('.test.ts') && !file.startsWith('testing/'))
const sources = new Map(files.map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')]))

/** Files whose text matches, sorted. */
const matching = (pattern: RegExp): string[] =>
  [...sources]
    .filter(([, text]) => pattern.test(text))
    .map(([file]) => file)
    .sort()

describe('the borders of the client library', () => {
  it('are looked at as a whole', () => expect(files.length).toBeGreaterThan(35))

  it('let in only src/shared, grpc-js, the proto loader, ipaddr.js and Node', () => {
    const foreign = [...sources].flatMap(([file, text]) =>
      [...text.matchAll(/from '([^']+)'/g)]
        .map((match) => match[1] ?? '')
        .filter(
          (from) =>
            !/^(\.\.?\/|node:|@grpc\/grpc-js$|@grpc\/proto-loader$|ipaddr\.js$)/.test(from) ||
            /\/(main|renderer|engine|functions|preload)\//.test(from),
        )
        .map((from) => `${file} ← ${from}`),
    )
    expect(foreign).toEqual([])
  })

  // @proves Sessions and links: One stream wrapper with error listener and identity; no listener per message
  it('keep grpc-js in the files that wrap it', () => {
    expect(matching(/from '@grpc\/grpc-js'/)).toEqual([
      'grpc/grpc-channel.ts',
      'grpc/grpc-status.ts',
      'grpc/grpc-stream.ts',
      'grpc/protos.ts',
    ])
  })

  it('have one place that reads status codes', () => {
    expect(matching(/\bstatus\.(OK|CANCELLED|UNAVAILABLE|UNAUTHENTICATED)\b/)).toEqual(['grpc/grpc-status.ts'])
  })

  // @proves Security: A64 certificates are always checked, against the system and added authorities
  it('never switch off the check of a certificate', () => {
    expect(matching(/rejectUnauthorized|checkServerIdentity|NODE_TLS/)).toEqual([])
  })

  it('read clocks and set timers in the clock, and where grpc-js wants a date, a stream is torn down or sockets are waited for', () => {
    expect(matching(/Date\.now|performance\.now/)).toEqual(['clock.ts', 'grpc/grpc-channel.ts'])
    expect(matching(/\bset(Timeout|Interval)\(/)).toEqual(['clock.ts', 'grpc/grpc-stream.ts', 'grpc/patience.ts'])
    expect(matching(/Math\.random\(/)).toEqual([])
  })

  it('print nothing', () => expect(matching(/console\.|process\.std/)).toEqual([]))
})
