import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const listed = (patterns: readonly string[]) =>
  globSync([...patterns], { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\.test\.|\/generated\//.test(file))
    .sort()
const application = listed(['src/{main,openobd,functions,shared}/**/*.ts'])
const servers = listed(['src/{engine,gateway,server}/**/*.ts'])
const isHelper = (file: string) => file.includes('/testing/')
/** The code of a file, without comments and without what a test helper expects. */
const textOf = (file: string) =>
  readFileSync(join(root, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replaceAll(/^.*\bexpect\(.*$/gm, '')

/** Ways to read the time or to wait that are not an injected clock. */
const ownTime =
  /(?<![.\w])(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate)\(|\bnew Date\(\)|\bDate\(\)|\bDate\.now\b|\bperformance\.now\b|\bprocess\.(?:hrtime|uptime)\b|from 'node:timers(?:\/promises)?'/
/** An outcome that is written by hand instead of made by the makers of src/shared/outcome.ts; a type is none. */
const ownOutcome = /\{\s*ok: (?:true, value\b(?!: [A-Z]|: unknown|: null;)|false, (?:failure|error)\b(?!: [A-Z]))/
const ownCorrelationId = /correlationId: (?!failure\.|correlationId\b|z\.)/
const ownClock = /^export interface (?:\w*Clock)\b|^export class (\w*Clock)\b/m

describe('the check itself', () => {
  it.each([
    ['setTimeout(run, 5)', ownTime],
    ['setImmediate(run)', ownTime],
    ['globalThis.setTimeout(run, 5)', ownTime],
    ['const now = new Date()', ownTime],
    ['const read = Date.now', ownTime],
    ['performance.now()', ownTime],
    ["import { setTimeout as pause } from 'node:timers/promises'", ownTime],
    ["import timers from 'node:timers'", ownTime],
    ['return { ok: true, value: undefined }', ownOutcome],
    ['return { ok: true, value }', ownOutcome],
    ['return { ok: false, failure }', ownOutcome],
    ["{ correlationId: 'x' }", ownCorrelationId],
  ])('sees %s', (line, search) => expect(line).toMatch(search))

  it.each([
    ['const at = new Date(nowMs).toISOString()', ownTime],
    ['clock.after(5, run)', ownTime],
    ['socket.setTimeout(5, close)', ownTime],
    ['type Reply = { ok: true; value: string }', ownOutcome],
    ['({ ok: true, value: T })', ownOutcome],
  ])('leaves %s alone', (line, search) => expect(line).not.toMatch(search))
})

describe('the application', () => {
  // Limits of processes, windows, sockets and grpc-js are real time, and so are the pauses of a function in its own process.
  it('reads the time and sets timers by one clock, with few exceptions', () => {
    expect(application.filter((file) => !isHelper(file) && ownTime.test(textOf(file)))).toEqual([
      'src/functions/abortable-wait.ts',
      'src/main/processes/child.ts',
      'src/main/processes/embedded-engine.ts',
      'src/main/processes/gateway-process.ts',
      'src/main/services/server-route.ts',
      'src/main/window.ts',
      'src/openobd/clock.ts',
      'src/openobd/grpc/grpc-channel.ts',
      'src/openobd/grpc/grpc-stream.ts',
      'src/openobd/grpc/patience.ts',
    ])
  })

  it('makes outcomes and correlation ids in one place, also in helpers of tests', () => {
    // A dial fails with a cause and the steps that worked, which is no outcome.
    const own = ['src/openobd/grpc/dial.ts', 'src/shared/outcome.ts']
    expect(application.filter((file) => ownOutcome.test(textOf(file)))).toEqual(own)
    expect(application.filter((file) => ownCorrelationId.test(textOf(file)))).toEqual(['src/shared/outcome.ts'])
  })

  it('has one clock interface and one manual clock', () => {
    expect(application.filter((file) => ownClock.test(textOf(file)))).toEqual([
      'src/main/advanceable-clock.ts',
      'src/openobd/clock.ts',
      'src/openobd/manual-clock.ts',
    ])
  })
})

describe('the servers', () => {
  it('has one clock interface, one real and one manual clock', () => {
    expect(servers.filter((file) => ownClock.test(textOf(file)))).toEqual([
      'src/server/clock/clock.ts',
      'src/server/clock/manual-clock.ts',
      'src/server/clock/real-clock.ts',
    ])
  })

  // The bus log reaches the disk and the parent process is watched in real time; a viewer gets what changed in one turn at once;
  // the Partner API's sockets are real time.
  it('reads the time and sets timers by it, with few exceptions', () => {
    expect(servers.filter((file) => !isHelper(file) && ownTime.test(textOf(file)))).toEqual([
      'src/engine/car/bus-log.ts',
      'src/engine/partner-api/live-feed.ts',
      'src/engine/partner-api/server.ts',
      'src/server/cli/process-watch.ts',
      'src/server/clock/manual-clock.ts',
      'src/server/clock/real-clock.ts',
      'src/server/viewer/viewer-watch.ts',
    ])
  })
})
