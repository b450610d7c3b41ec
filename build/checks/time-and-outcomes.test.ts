import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const files = globSync('src/{main,openobd,functions,shared}/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !/\.test|\/testing\/|\/generated\//.test(file))
  .sort()
const filesWith = (search: RegExp) => files.filter((file) => search.test(readFileSync(join(root, file), 'utf8')))

describe('the application', () => {
  it('reads the time and sets timers by one clock, but for the limits of processes, windows and grpc-js, which are real time', () => {
    expect(filesWith(/\b(?:setTimeout|setInterval)\(|Date\.now\(|performance\.now\(/)).toEqual([
      'src/main/processes/child.ts',
      'src/main/processes/embedded-engine.ts',
      'src/main/processes/function-host-process.ts',
      'src/main/window.ts',
      'src/openobd/clock.ts',
      'src/openobd/grpc/grpc-channel.ts',
      'src/openobd/grpc/grpc-stream.ts',
    ])
  })

  it('makes outcomes and correlation ids in one place', () => {
    expect(filesWith(/\{ ok: (?:true, value: [^u]|false, failure\b)/)).toEqual(['src/shared/outcome.ts'])
    expect(filesWith(/correlationId: (?!failure\.|correlationId\b|z\.)/)).toEqual(['src/shared/outcome.ts'])
  })
})
