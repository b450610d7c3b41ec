import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { settle } from '../../openobd/testing/fake-stream.ts'
import { Token } from '../../openobd/token.ts'
import type { FunctionInfo } from '../../shared/app-state.ts'
import type { Fact } from '../../shared/facts.ts'
import { functionVariables } from '../../shared/function-variables.ts'
import { fail } from '../../shared/outcome.ts'
import type { FunctionFinding } from '../../shared/session.ts'
import { createLogger } from '../logging.ts'
import { SecretRegistry } from '../services/secret-registry.ts'
import { FunctionRuns } from './function-runs.ts'
import type { LiveSession } from './live-session.ts'
import { type JobState, jobStateOf, withFact } from './projections/job-state.ts'
import { FakeFunctionGateway } from './testing/fake-functions.ts'

const info: FunctionInfo = { id: 'f', name: 'Identify the car', version: '1', description: '' }

function opened(): JobState {
  const target = { kind: 'ticket', number: '1' } as const
  const server = { key: 'embedded', profileId: 'embedded' }
  const state = jobStateOf([{ kind: 'job-opened', job: 'j', sequence: 1, at: 1, actor: 'mechanic', server, target }])
  if (!state) throw new Error('no state')
  return state
}

function setUp(more: { functions?: FunctionInfo[]; calls?: 'none'; ended?: boolean; unreachable?: boolean } = {}) {
  const clock = new ManualClock()
  let state = opened()
  const facts: Fact[] = []
  const log: string[] = []
  const contexts: string[][] = []
  const secrets = new SecretRegistry()
  secrets.add('CANARY-token', 'token')
  const gateway = new FakeFunctionGateway(more.functions ?? [info])
  const session = {
    isEnded: more.ended ?? false,
    calls: more.calls === 'none' ? undefined : gateway.calls,
    handle: 'h',
    carLink: { running: more.unreachable ? 'impossible' : 'fine' },
  } as unknown as LiveSession
  const service = new FunctionRuns({
    gateway,
    clock,
    random: () => 0,
    record: (...added) => {
      for (const fact of added) {
        const numbered = { ...fact, job: 'j', sequence: state.sequence + 1, at: clock.wallMs() } as Fact
        facts.push(numbered)
        state = withFact(state, numbered)
      }
    },
    contextsChanged: (open) => void contexts.push(open.map((token) => `${token.kind} ${token.reveal()}`)),
    run: (id) => state.runs.find((run) => run.runId === id),
    logger: createLogger({ write: (line) => void log.push(line) }, secrets),
    language: () => 'nl',
    holdChanged: () => undefined,
  })
  const run = async () => {
    const outcome = await service.run(session, 's1', 'f')
    await settle()
    return outcome
  }
  return { service, session, gateway, facts, log, contexts, secrets, clock, run, last: () => state.runs.at(-1) }
}

const finding = (subject: string, value: string): FunctionFinding => ({
  subject,
  subjectKey: subject,
  subjectKind: 'control-unit',
  name: 'VIN',
  key: 'vin',
  value,
  outcome: 'value',
})

describe('a run', () => {
  it('is one of exactly the function that was asked for', async () => {
    const { service, session, last } = setUp({ functions: [info, { ...info, id: 'g', name: 'Read the codes' }] })
    expect(await service.run(session, 's1', 'h')).toMatchObject({ failure: { code: 'not-found' } })
    await service.run(session, 's1', 'g')
    expect(last()).toMatchObject({ name: 'Read the codes' })
  })

  it('is refused with the reason while the car cannot be reached', async () => {
    const { run, gateway } = setUp({ unreachable: true })
    expect(await run()).toMatchObject({ failure: { code: 'car-not-reached' } })
    expect(gateway.started).toEqual([])
  })

  it('is a child of the root, gets the language, and what it reports is shown', async () => {
    const { run, gateway, last } = setUp()
    expect(await run()).toEqual({ ok: true, value: null })
    const [fn] = gateway.started
    expect(fn?.arguments).toEqual({ [functionVariables.language]: 'nl' })
    expect(fn?.request).toMatchObject({
      functionId: 'f',
      sessionId: 's1',
      contextId: 'context-1',
      endpoint: { host: '127.0.0.1', port: 5, secure: false },
      authenticationToken: 'token-of-context-1',
    })
    expect(last()).toMatchObject({ status: 'running', name: 'Identify the car' })
    fn?.result(functionVariables.controlUnits, '10')
    fn?.finds(finding('7E0', 'old'))
    fn?.finds({ ...finding('7E0', 'new'), subject: 'Motor', name: 'FIN' })
    expect(last()).toMatchObject({ controlUnits: 10, findings: [{ subject: 'Motor', name: 'FIN', value: 'new' }] })
    fn?.end({ results: ['success'] })
    await settle()
    expect(last()).toMatchObject({ status: 'succeeded', suggestedResult: { results: ['success'] } })
    expect(last()?.endedAt).toBeDefined()
  })

  it('waits a moment for results that come after its end', async () => {
    const { run, gateway, last, clock } = setUp()
    await run()
    const [fn] = gateway.started
    fn?.told({ result: ['RESULT_SUCCESS'] })
    await settle()
    expect(last()?.status).toBe('running')
    fn?.finds(finding('7E0', 'late'))
    await clock.advanceAsync(1_000)
    expect(last()).toMatchObject({ status: 'succeeded', findings: [{ value: 'late' }] })
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps the place of a value that is replaced, and counts the values beyond the limit', async () => {
    const { run, gateway, last } = setUp()
    await run()
    const [fn] = gateway.started
    for (let number = 0; number < 502; number += 1) fn?.finds(finding(String(number), 'old'))
    fn?.finds(finding('0', 'new'))
    expect(last()?.findings).toHaveLength(500)
    expect(last()?.findings[0]).toMatchObject({ subject: '0', value: 'new' })
    expect(last()?.leftOut).toBe(2)
  })

  it.each([
    ['a finding that is no finding', `${functionVariables.findingPrefix}x`, '{"subject": 7}'],
    ['a finding that is no JSON', `${functionVariables.findingPrefix}x`, 'x'],
    ['a number of control units that is none', functionVariables.controlUnits, 'many'],
    ['a result of its own', 'mileage', '120000'],
  ])('is not disturbed by %s', async (_what, key, value) => {
    const { run, gateway, facts } = setUp()
    await run()
    const count = facts.length
    gateway.started[0]?.result(key, value)
    expect(facts).toHaveLength(count)
  })

  it('has its own id', async () => {
    const { run, gateway, last } = setUp()
    await run()
    const first = last()?.runId
    gateway.started[0]?.end({ results: ['success'] })
    await settle()
    await run()
    expect(last()?.runId).not.toBe(first)
  })

  it.each([
    ['the function is unknown', { functions: [] }, 'not-found'],
    ['there is no active session', { calls: 'none' as const }, 'not-allowed-now'],
    ['the session has ended', { calls: 'none' as const, ended: true }, 'session-ended'],
  ])('is refused when %s', async (_name, more, code) => {
    const { run, gateway } = setUp(more)
    expect(await run()).toMatchObject({ failure: { code } })
    expect(gateway.started).toEqual([])
  })

  it('is refused while another one runs, also when both are requested at once', async () => {
    const { service, session, gateway, run } = setUp()
    const both = await Promise.all([service.run(session, 's1', 'f'), service.run(session, 's1', 'f')])
    expect(both.map(({ ok }) => ok)).toEqual([true, false])
    await settle()
    expect(await run()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    gateway.started[0]?.end({ results: ['success'] })
    await settle()
    expect(await run()).toMatchObject({ ok: true })
    expect(gateway.started).toHaveLength(2)
  })

  it('whose host does not start it fails, and its context is finished with its own token', async () => {
    const { run, gateway, last } = setUp()
    gateway.runOutcome = fail('function-failed', { detail: 'the function is offline' })
    await run()
    expect(last()).toMatchObject({ status: 'failed', failure: { code: 'function-failed' } })
    expect(gateway.started[0]?.finishedWith).toEqual(['token-of-context-1'])
  })

  it('that failed says why without a secret or an address', async () => {
    const { run, gateway, last, log, secrets } = setUp()
    await run()
    gateway.started[0]?.fails('connection-lost', 'with CANARY-token at 127.0.0.1:5')
    await settle()
    expect(secrets.clean(last())).toMatchObject({
      status: 'failed',
      failure: { code: 'connection-lost', detail: 'with [secret] at …' },
    })
    expect(log.join('')).not.toContain('CANARY')
  })

  it('whose gateway dies fails with the reason, and its context is finished by main', async () => {
    const { run, gateway, last } = setUp()
    await run()
    gateway.tell((listener) => listener.gatewayDied())
    await settle()
    expect(gateway.started[0]?.finishedWith).toEqual(['token-of-context-1'])
    expect(last()).toMatchObject({ status: 'failed', failure: { code: 'function-failed' } })
  })

  it('is ignored after its end', async () => {
    const { run, gateway, facts } = setUp()
    await run()
    const [fn] = gateway.started
    fn?.end({ results: ['success'] })
    await settle()
    const count = facts.length
    fn?.finds(finding('a', 'c'))
    fn?.end({ results: ['failure'] })
    await settle()
    expect(facts).toHaveLength(count)
  })
})

describe('a stop', () => {
  it('takes effect at the gateway first, then finishes the context with its own token', async () => {
    const { service, run, gateway, last, facts } = setUp()
    expect(service.stop()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    await run()
    const confirmed = Promise.withResolvers<void>()
    gateway.whenStopped = confirmed.promise
    service.stop()
    service.stop()
    await settle()
    const [fn] = gateway.started
    expect([last()?.status, fn?.finishedWith]).toEqual(['stopping', []])
    confirmed.resolve()
    await settle()
    expect(fn?.isStopped).toBe(true)
    expect([last()?.status, fn?.finishedWith]).toEqual(['stopped', ['token-of-context-1']])
    expect(facts.filter(({ kind }) => kind === 'function-stop-requested')).toHaveLength(1)
  })

  it('tells which contexts are open, from the start of the first until none is', async () => {
    const { service, run, gateway, contexts } = setUp()
    await run()
    expect(contexts).toEqual([['authentication token-of-context-1']])
    const known = { sessionId: 's1', contextId: 'context-1', parentId: '' }
    gateway.known = [{ ...known, contextId: 'below', token: new Token('authentication', 'c') }]
    gateway.known.push({ ...known, token: new Token('session', 'b') })
    gateway.tell((listener) => listener.contextsChanged())
    expect(contexts.at(-1)).toEqual(['authentication c', 'session b'])
    gateway.known = []
    service.sessionEnded()
    expect(contexts.at(-1)).toEqual([])
    const told = contexts.length
    gateway.tell((listener) => listener.contextsChanged())
    expect(contexts).toHaveLength(told)
  })

  it('during the start stops the context as soon as there is one', async () => {
    const { service, session, gateway, last } = setUp()
    const starting = service.run(session, 's1', 'f')
    await starting
    service.stop()
    await settle()
    expect(gateway.started[0]?.isStopped).toBe(true)
    expect(gateway.started[0]?.request).toBeUndefined()
    expect(last()?.status).toBe('stopped')
  })

  it('says what was last written to the car', async () => {
    const { service, run, gateway, facts } = setUp()
    await run()
    const lastWrite = { address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at: 5 }
    gateway.tell((listener) => listener.activity('context-1', { requests: [], lastWrite }))
    service.stop()
    await settle()
    expect(facts.at(-1)).toMatchObject({ kind: 'function-ended', status: 'stopped', lastWrite })
  })

  it('says the newest of what the function and those that it has called wrote, and nothing that was refused', async () => {
    const { service, run, gateway, facts } = setUp()
    await run()
    const write = (at: number) => ({ address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at })
    gateway.tell((listener) => {
      listener.activity('context-1', { requests: [], lastWrite: write(5) })
      listener.activity('context-2', { requests: [], lastWrite: write(9) })
      listener.activity('context-3', { requests: [], lastWrite: write(12) })
      listener.activity('context-3', { requests: [] })
      listener.activity('context-1', { requests: [], lastWrite: write(7) })
    })
    service.stop()
    await settle()
    expect(facts.at(-1)).toMatchObject({ kind: 'function-ended', lastWrite: write(9) })
  })

  it('has nothing to say when everything that was written has been refused', async () => {
    const { service, run, gateway, facts } = setUp()
    await run()
    const lastWrite = { address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at: 5 }
    gateway.tell((listener) => listener.activity('context-1', { requests: [], lastWrite }))
    gateway.tell((listener) => listener.activity('context-1', { requests: [] }))
    service.stop()
    await settle()
    expect(facts.at(-1)).not.toHaveProperty('lastWrite')
  })

  it('without an answer ends after 10 s', async () => {
    const { service, run, gateway, last, clock } = setUp()
    await run()
    gateway.whenStopped = new Promise(() => undefined)
    const stopped = service.stopAndWait()
    await clock.advanceAsync(10_000)
    await stopped
    expect(last()).toMatchObject({ status: 'stopped' })
    expect(clock.pendingTimers).toBe(0)
  })

  it('is waited for only while a function runs', async () => {
    await setUp().service.stopAndWait()
  })
})

describe('the end of the session', () => {
  it('ends the run and tells the gateway', async () => {
    const { service, run, gateway, last, clock } = setUp()
    await run()
    service.sessionEnded()
    expect(last()?.status).toBe('stopped')
    expect(gateway.over).toEqual(['s1'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is told to the gateway once, also when the run ended before', async () => {
    const { service, run, gateway, last } = setUp()
    service.sessionEnded()
    expect(gateway.over).toEqual([])
    await run()
    service.stop()
    await settle()
    expect(last()?.status).toBe('stopped')
    service.sessionEnded()
    service.sessionEnded()
    expect(gateway.over).toEqual(['s1'])
  })
})

describe('a run that ends', () => {
  it('makes room for the next one, and its fallback does not end that', async () => {
    const { service, run, gateway, last, clock } = setUp()
    await run()
    service.stop()
    await settle()
    expect(last()?.status).toBe('stopped')
    expect(await run()).toEqual({ ok: true, value: null })
    await clock.advanceAsync(10_000)
    expect(last()?.status).toBe('running')
    expect(clock.pendingTimers).toBe(0)
    expect(gateway.started).toHaveLength(2)
  })
})
