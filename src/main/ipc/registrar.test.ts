import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { type CallName, contract } from '../../shared/ipc/contract.ts'
import { channelKinds } from '../../shared/ipc/generated/channels.ts'
import { fail, failureSchema } from '../../shared/outcome.ts'
import { initialState } from '../initial-state.ts'
import { createLogger } from '../logging.ts'
import { RefusalCounter } from '../refusal-counter.ts'
import { SecretRegistry } from '../services/secret-registry.ts'
import { type CallRefusal, callNames, type Handlers, registerCalls } from './registrar.ts'
import type { SenderEvent } from './sender.ts'

const trusted: SenderEvent = { sender: { id: 1 }, senderFrame: { url: 'app://bundle/index.html', parent: null } }
const foreign: SenderEvent = { sender: { id: 1 }, senderFrame: { url: 'https://evil.example/', parent: null } }

type Listener = (event: SenderEvent, ...args: unknown[]) => Promise<unknown>

let now: number
let calls: { name: string; args: unknown }[]
let reply: (name: CallName, args: unknown) => unknown
let listeners: Map<string, Listener>
let counts: RefusalCounter<CallRefusal>
let logged: string[]
let secrets: SecretRegistry

const usualReply = (name: CallName): unknown => {
  if (name === 'getState') {
    const state = initialState({ version: '0', platform: 'test', host: 'electron' })
    return { revision: 0, state, logLines: [] }
  }
  return fail('not-found')
}

beforeEach(() => {
  secrets = new SecretRegistry()
  now = 0
  calls = []
  logged = []
  reply = usualReply
  listeners = new Map()
  const handlers = Object.fromEntries(
    callNames.map((name) => [
      name,
      (args: unknown) => {
        calls.push({ name, args })
        return reply(name, args)
      },
    ]),
  ) as unknown as Handlers
  const logger = createLogger({ write: (line) => void logged.push(line) })
  counts = new RefusalCounter(logger)
  registerCalls({
    registry: { handle: (channel, listener) => void listeners.set(channel, listener) },
    handlers,
    isOurWindow: (id) => id === 1,
    holdsSecret: (args) => secrets.holdsSecret(args),
    clean: (value) => secrets.clean(value),
    logger,
    refusals: counts,
    monotonicMs: () => now,
  })
})

const invoke = (name: string, args?: unknown, event = trusted) => {
  const listener = listeners.get(name)
  if (!listener) throw new Error(`No channel ${name}`)
  return listener(event, args)
}

// @proves Security: What leaves main is cleaned in one place on each way out: replies, published state, log
it('removes from a reply what must not leave main, however long its detail is', async () => {
  secrets.add('CANARY-secret')
  reply = () => fail('internal', { detail: `CANARY-secret at 192.0.2.7 ${'x'.repeat(2_000)}` })
  const outcome = await listeners.get('reconnect')?.(trusted)
  expect(outcome).toMatchObject({ ok: false, failure: { code: 'internal' } })
  expect(JSON.stringify(outcome)).not.toMatch(/CANARY|192/)
})

// @proves Security: A text that is a known secret or token is sent to nobody
it('refuses every call whose arguments hold a known secret or token, except the call that stores it', async () => {
  secrets.add('CANARY-client-secret')
  secrets.add('CANARY-session-token', 'token')
  const answer = (text: string) => ({ promptId: 'p', answerId: 'a', choice: { kind: 'freetext', text } })
  const result = (text: string) => ({ handle: 'h', serviceResult: { results: ['success'], description: text } })
  const refused = { ok: false, failure: { code: 'secret-in-text', nextAction: 'correct-input' } }
  for (const text of [' CANARY-client-secret ', 'it is CANARY-client-secret!', 'CANARY-session-token']) {
    expect(await invoke('answerPrompt', answer(text))).toMatchObject(refused)
    expect(await invoke('finishSession', result(text))).toMatchObject(refused)
    expect(await invoke('startSession', { target: { kind: 'ticket', number: text } })).toMatchObject(refused)
  }
  expect(calls).toEqual([])
  expect(counts.of('secret')).toBe(9)
  expect(logged.join()).not.toContain('CANARY')
  await invoke('answerPrompt', answer('the odometer says 84,120'))
  await invoke('saveProfile', {
    name: 'n',
    host: 'grpc.example.test',
    port: 443,
    clusterId: '001',
    clientId: 'c',
    clientSecret: 'CANARY-client-secret',
    allowPlaintext: false,
  })
  expect(calls.map(({ name }) => name)).toEqual(['answerPrompt', 'saveProfile'])
})

describe('the table of channels', () => {
  // @proves Security: A10 calls exist in the registrar only, from one table
  it('names every entry of the contract with its kind', () => {
    expect(channelKinds).toEqual(Object.fromEntries(Object.entries(contract).map(([name, { kind }]) => [name, kind])))
  })

  it('has a listener for each query and command and none for events', () => {
    expect([...listeners.keys()].sort()).toEqual([...callNames].sort())
    expect(callNames).not.toContain('stateChanged')
  })
})

describe('a call', () => {
  it('calls its handler with parsed arguments only', async () => {
    await invoke('startSession', {
      target: { kind: 'ticket', number: ' 7848095 ', token: 'x' },
      endpoint: 'evil:443',
    })
    expect(calls).toEqual([{ name: 'startSession', args: { target: { kind: 'ticket', number: '7848095' } } }])
  })

  // @proves Security: A11 foreign senders are refused and counted
  it('from another origin is refused, counted and never calls its handler', async () => {
    for (const name of callNames) await expect(invoke(name, {}, foreign)).rejects.toThrow('not-allowed-now')
    expect(calls).toEqual([])
    expect(counts.of('untrusted-sender')).toBe(callNames.length)
  })

  // @proves Bad input: Call with wrong types or from another origin
  it('with wrong arguments is refused as an outcome', async () => {
    await expect(invoke('startSession', { target: { kind: 'ticket', number: 7 } })).resolves.toMatchObject({
      ok: false,
      failure: { code: 'invalid-input' },
    })
    expect(calls).toEqual([])
    expect(counts.of('invalid')).toBe(1)
  })

  it('with more than one argument is refused', async () => {
    const outcome = await listeners.get('reconnect')?.(trusted, undefined, 'more')
    expect(outcome).toMatchObject({ failure: { code: 'invalid-input' } })
  })

  it('whose reply type has no failure rejects with the code alone', async () => {
    await expect(invoke('getState', { surprise: true })).rejects.toThrow(/^invalid-input$/)
  })

  it('beyond the rate is refused until time has passed, without effect on other channels', async () => {
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => invoke('reconnect')))
    const served = outcomes.filter((outcome) => !JSON.stringify(outcome).includes('too-many-requests'))
    expect(served.length).toBeLessThan(100)
    expect(calls.length).toBe(served.length)
    expect(counts.of('too-many')).toBe(1_000 - served.length)
    expect(logged.length).toBeLessThan(12)
    await invoke('answerPrompt', { promptId: 'p', answerId: 'a', choice: { kind: 'continue' } })
    expect(calls.at(-1)?.name).toBe('answerPrompt')
    now = 1_000
    expect(JSON.stringify(await invoke('reconnect'))).not.toContain('too-many-requests')
  })

  // @proves Security: A15 a flood of calls does not hold an answer up
  it('is answered during a flood of 200,000 others in ten seconds, of which few are served', async () => {
    const choice = { kind: 'continue' }
    for (let second = 0; second < 10; second += 1) {
      now = second * 1_000
      const flood = Array.from({ length: 20_000 }, () => invoke('reconnect', { rubbish: true }))
      const own = invoke('answerPrompt', { promptId: 'p', answerId: `tap-${second}`, choice })
      await Promise.all([...flood, own])
      expect(calls.at(-1)).toMatchObject({ name: 'answerPrompt', args: { answerId: `tap-${second}` } })
    }
    expect(calls).toHaveLength(10)
    expect(counts.of('invalid')).toBeLessThan(500)
    expect(counts.of('too-many') + counts.of('invalid')).toBe(200_000)
    expect(logged.length).toBeLessThan(40)
  })

  // @proves Security: A14 failures hold no stack, path, endpoint, token
  it('that hits a bug returns a code and a correlation id, and nothing of the error', async () => {
    reply = () => {
      throw new Error('CANARY at 127.0.0.1:50051 in /home/mechanic with Bearer CANARY')
    }
    const outcome = (await invoke('reconnect')) as { failure: unknown }
    const failure = failureSchema.parse(outcome.failure)
    expect(failure).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(outcome)).not.toContain('CANARY')
    expect(logged.join('')).toContain(failure.correlationId)
    expect(logged.join('')).not.toContain('CANARY')
    await expect(invoke('getState')).rejects.toThrow(/^internal$/)
  })

  it('whose handler returns a value outside the contract is a bug too', async () => {
    reply = () => ({ ok: true, value: 'a token' })
    await expect(invoke('reconnect')).resolves.toMatchObject({ failure: { code: 'internal' } })
  })

  it('returns no field that the contract does not name', async () => {
    reply = () => ({
      ok: false,
      failure: {
        code: 'timed-out',
        nextAction: 'retry',
        correlationId: 'c',
        rpc: 'x',
        endpoint: 'CANARY',
        stack: 'CANARY',
      },
      token: 'CANARY',
    })
    expect(JSON.stringify(await invoke('reconnect'))).not.toContain('CANARY')
  })
})

describe('hostile arguments', () => {
  const jsonLike = fc.oneof(
    fc.jsonValue(),
    fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
    fc.record(
      {
        kind: fc.constantFrom('ticket', 'connector', 'yesno', 'number', '__proto__'),
        number: fc.oneof(fc.string(), fc.integer(), fc.constant('7848095')),
        handle: fc.string(),
        promptId: fc.string(),
        answerId: fc.string(),
        functionId: fc.string(),
        profileId: fc.string(),
        language: fc.constantFrom('en', 'xx', ''),
        theme: fc.constantFrom('dark', 'none'),
        choice: fc.jsonValue(),
        serviceResult: fc.jsonValue(),
        ['__proto__']: fc.constant({ polluted: true }),
      },
      { requiredKeys: [] },
    ),
  )

  // @proves Security: A12 hostile arguments become a value or a failure
  it.each(callNames)(
    'of %s become a typed value or a typed failure in 10,000 cases',
    async (name) => {
      const { args } = contract[name] as { args: z.ZodType }
      await fc.assert(
        fc.asyncProperty(jsonLike, async (value) => {
          now += 1_000
          calls.length = 0
          const outcome: unknown = await invoke(name, value).catch((error: Error) => error.message)
          if (calls.length > 0) expect(args.safeParse(calls[0]?.args).success).toBe(true)
          else if (typeof outcome === 'string') expect(outcome).toBe('invalid-input')
          else expect(outcome).toMatchObject({ ok: false, failure: { code: 'invalid-input' } })
        }),
        { numRuns: 10_000 },
      )
      expect(Object.keys(Object.prototype)).toEqual([])
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
    },
    60_000,
  )
})

describe('the arguments of the page', () => {
  // @proves Security: A16 the page names sessions by opaque handles only
  it('have no endpoint, header, token or path, except for the form of a profile', () => {
    for (const name of callNames) {
      if (name === 'saveProfile') continue
      const { args } = contract[name] as { args: z.ZodType }
      const keys = JSON.stringify(collectKeys(args))
      expect(keys, name).not.toMatch(/host|port|token|header|path|url|secret|endpoint/i)
    }
  })
})

function collectKeys(schema: z.ZodType): string[] {
  const { shape, options, element } = schema as unknown as {
    shape?: Record<string, z.ZodType>
    options?: z.ZodType[]
    element?: z.ZodType
  }
  const inner = [
    ...Object.values(shape ?? {}),
    ...(Array.isArray(options) ? options : []),
    ...(element ? [element] : []),
  ]
  return [...Object.keys(shape ?? {}), ...inner.filter((each) => typeof each === 'object').flatMap(collectKeys)]
}
