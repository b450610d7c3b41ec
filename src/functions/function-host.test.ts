import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { FromFunctionHost } from '../shared/function-host.ts'
import type { DiagnosticFunction, FunctionRunContext } from './diagnostic-function.ts'
import { FunctionHost, type HostedSession } from './function-host.ts'
import { SessionFailure } from './function-session.ts'
import { ScriptedSession } from './testing/scripted-session.ts'

const secret = 'token-that-nobody-may-see'
const patient = { timeout: 10_000, interval: 5 }
const run = {
  type: 'run',
  runId: 'r1',
  functionId: 'f1',
  endpoint: { host: '127.0.0.1', port: 50051, secure: false },
  sessionToken: secret,
  language: 'en',
}

class HeldSession extends ScriptedSession implements HostedSession {
  readonly tokens: string[] = []
  closed = 0
  readonly onInterrupt: (() => void)[] = []

  takeToken(token: string): void {
    if (token === 'garbled') throw new SessionFailure('unauthorised', 'The session token cannot be used.')
    this.tokens.push(token)
  }

  interrupt(): void {
    for (const listener of this.onInterrupt) listener()
  }

  async close(): Promise<void> {
    this.closed++
  }
}

function hostWith(work: (context: FunctionRunContext) => Promise<void>) {
  const sent: FromFunctionHost[] = []
  const notes: unknown[] = []
  const session = new HeldSession()
  const exit = vi.fn()
  const fn: DiagnosticFunction = {
    info: { id: 'f1', name: 'One', version: '1', description: 'd' },
    run: async (context) => {
      await work(context)
      return { results: ['success'] }
    },
  }
  const host = new FunctionHost({
    functions: [fn],
    openSession: (endpoint, token) => {
      if (endpoint.host === 'refused.invalid') throw new SessionFailure('endpoint-refused', 'Not there.')
      session.takeToken(token)
      return session
    },
    send: (message) => void sent.push(message),
    exit,
    note: (event, about) => void notes.push({ event, ...about }),
  })
  const ended = () => vi.waitUntil(() => sent.find((message) => message.type === 'ended'), patient)
  return { host, sent, notes, session, exit, ended }
}

const untilInterrupted = (session: HeldSession) =>
  new Promise<never>((_, reject) =>
    session.onInterrupt.push(() => reject(new SessionFailure('connection-lost', 'The session was closed.'))),
  )

describe('FunctionHost', () => {
  it('reports which functions it hosts', () => {
    const { host, sent } = hostWith(async () => undefined)
    host.announce()
    expect(sent).toEqual([{ type: 'ready', functions: [expect.objectContaining({ id: 'f1', name: 'One' })] }])
  })

  const finding = {
    subject: 'ECU',
    subjectKey: 'can 7E0',
    subjectKind: 'control-unit',
    name: 'VIN',
    key: 'vin',
    value: 'X',
    outcome: 'value',
  } as const

  it('runs a function and reports start, findings and exactly one end', async () => {
    const { host, sent, session, ended } = hostWith(async ({ found }) => found(finding))
    host.receive(run)
    await ended()
    expect(sent).toEqual([
      { type: 'started', runId: 'r1' },
      { type: 'finding', runId: 'r1', ...finding },
      { type: 'ended', runId: 'r1', outcome: 'succeeded', suggestedResult: { results: ['success'] } },
    ])
    expect(session.closed).toBe(1)
  })

  it('hands newer tokens to the session of the run', async () => {
    const { host, session, ended } = hostWith(() => untilInterrupted(session))
    host.receive(run)
    host.receive({ type: 'sessionToken', runId: 'r1', token: 'second' })
    host.receive({ type: 'stop', runId: 'r1' })
    await ended()
    expect(session.tokens).toEqual([secret, 'second'])
  })

  it('reports a waiting run that is stopped as stopped, not as failed', async () => {
    const { host, session, ended } = hostWith(() => untilInterrupted(session))
    host.receive(run)
    host.receive({ type: 'stop', runId: 'r1' })
    expect(await ended()).toEqual({ type: 'ended', runId: 'r1', outcome: 'stopped' })
  })

  it('stops a run that waits for a timer', async () => {
    const { host, ended } = hostWith(({ wait }) => wait(600_000))
    host.receive(run)
    host.receive({ type: 'stop', runId: 'r1' })
    expect(await ended()).toMatchObject({ outcome: 'stopped' })
  })

  it('reports why a function could not continue', async () => {
    const { host, ended } = hostWith(() => Promise.reject(new SessionFailure('connection-lost', 'Gone.')))
    host.receive(run)
    expect(await ended()).toEqual({
      type: 'ended',
      runId: 'r1',
      outcome: 'failed',
      failureCode: 'connection-lost',
      detail: 'Gone.',
    })
  })

  it('reports a bug as internal, without the message of the error', async () => {
    const { host, ended, notes } = hostWith(() => Promise.reject(new TypeError('undefined is not a bus')))
    host.receive(run)
    expect(await ended()).toEqual({ type: 'ended', runId: 'r1', outcome: 'failed', failureCode: 'internal' })
    expect(notes).toHaveLength(1)
  })

  it('refuses a function that it does not host', async () => {
    const { host, sent } = hostWith(async () => undefined)
    host.receive({ ...run, functionId: 'other' })
    expect(sent).toMatchObject([{ type: 'ended', outcome: 'failed', failureCode: 'not-found' }])
  })

  it('reports an endpoint that it may not use', () => {
    const { host, sent } = hostWith(async () => undefined)
    host.receive({ ...run, endpoint: { ...run.endpoint, host: 'refused.invalid' } })
    expect(sent).toMatchObject([{ type: 'ended', outcome: 'failed', failureCode: 'endpoint-refused' }])
  })

  it('keeps the current token when a newer one is unusable', async () => {
    const { host, session, notes, ended } = hostWith(() => untilInterrupted(session))
    host.receive(run)
    host.receive({ type: 'sessionToken', runId: 'r1', token: 'garbled' })
    host.receive({ type: 'stop', runId: 'r1' })
    await ended()
    expect(session.tokens).toEqual([secret])
    expect(notes).toEqual([{ event: 'token-refused', runId: 'r1' }])
  })

  it('runs a repeated run message once', async () => {
    const { host, sent, notes, session, ended } = hostWith(() => untilInterrupted(session))
    host.receive(run)
    host.receive(run)
    host.receive({ type: 'stop', runId: 'r1' })
    await ended()
    expect(sent.filter(({ type }) => type === 'started')).toHaveLength(1)
    expect(notes).toMatchObject([{ event: 'run-repeated' }])
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'run'],
    ['an unknown type', { type: 'shutdown' }],
    ['a run without token', { ...run, sessionToken: '' }],
    ['a run to port 0', { ...run, endpoint: { ...run.endpoint, port: 0 } }],
    ['a run in a language that does not exist', { ...run, language: 'xx' }],
    ['a type that is not a name', { type: `${secret}!`, token: secret }],
  ])('drops %s and logs none of its content', (_title, message) => {
    const { host, sent, notes } = hostWith(async () => undefined)
    host.receive(message)
    expect(sent).toEqual([])
    expect(notes).toHaveLength(1)
    expect(JSON.stringify(notes)).not.toContain(secret)
  })

  // @proves Sessions and links: P5 no bytes of a peer are an uncaught exception
  it('survives any message from the pipe and logs none of its values', () => {
    const text = fc.constantFrom(secret, '', 'r1', 'run', 'stop', 'sessionToken', 'close ')
    const message = fc.dictionary(
      fc.constantFrom('type', 'runId', 'token', 'functionId', 'endpoint', 'sessionToken', 'language', '__proto__'),
      fc.oneof(text, fc.anything()),
    )
    fc.assert(
      fc.property(fc.oneof(message, fc.anything()), (raw) => {
        fc.pre(!(typeof raw === 'object' && raw !== null && Reflect.get(raw, 'runId') === secret))
        const { host, sent, notes } = hostWith(async () => undefined)
        host.receive(raw)
        expect(sent.every(({ type }) => type === 'started' || type === 'ended')).toBe(true)
        expect(JSON.stringify(notes)).not.toContain(secret)
      }),
      { numRuns: 2_000 },
    )
  })

  it('logs a message for an ended run and continues', () => {
    const { host, notes } = hostWith(async () => undefined)
    host.receive({ type: 'stop', runId: 'gone' })
    host.receive({ type: 'sessionToken', runId: 'gone', token: secret })
    expect(notes).toMatchObject([{ event: 'run-unknown' }, { event: 'run-unknown' }])
    expect(JSON.stringify(notes)).not.toContain(secret)
  })

  it('stops its runs before it exits', async () => {
    const { host, sent, exit, session } = hostWith(() => untilInterrupted(session))
    host.receive(run)
    host.receive({ type: 'close' })
    await vi.waitUntil(() => exit.mock.calls.length > 0, patient)
    expect(sent.at(-1)).toMatchObject({ type: 'ended', outcome: 'stopped' })
    expect(exit).toHaveBeenCalledTimes(1)
  })

  it('accepts no run while it exits', async () => {
    const { host, sent, exit } = hostWith(async () => undefined)
    host.receive({ type: 'close' })
    host.receive(run)
    await vi.waitUntil(() => exit.mock.calls.length > 0, patient)
    expect(sent).toMatchObject([{ type: 'ended', failureCode: 'not-allowed-now' }])
  })
})
