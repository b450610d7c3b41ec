import { expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import { Token } from '../../openobd/token.ts'
import type { NewFact } from '../../shared/facts.ts'
import { readable } from '../../shared/facts.ts'
import { jobStateOf } from './projections/job-state.ts'
import { numbered, result, setUp, target } from './testing/jobs-bench.ts'

const kept = {
  sessionId: 'alive',
  endpoint: { host: 'depot.example', port: 443, transport: 'tls' },
  token: new Token('session', 'CANARY-token'),
  ageMs: 1_000,
  contexts: [],
} as const

const earlierFacts: NewFact[] = [
  {
    kind: 'job-opened',
    actor: 'mechanic',
    server: { key: 'depot.example:443', profileId: 'depot' },
    target,
    licensePlate: 'HB-FC 2108',
  },
  { kind: 'session-requested', actor: 'mechanic', session: 'h', target },
  { kind: 'session-started', actor: 'server', session: 'h', sessionId: 'alive' },
  { kind: 'session-claimed', actor: 'server', session: 'h' },
  {
    kind: 'function-requested',
    actor: 'mechanic',
    session: 'h',
    runId: 'r',
    functionId: 'f',
    name: 'Identify the car',
    version: '1',
  },
  {
    kind: 'prompt-shown',
    actor: 'function',
    session: 'h',
    promptId: 'p',
    functionName: 'Identify the car',
    target: 'customer',
    control: { kind: 'yesno', label: 'Is the ignition on?' },
  },
]

async function withEarlierJob() {
  const bench = setUp()
  // Otherwise the job would be read as one of an earlier run here, too.
  await bench.unfinished.loaded
  const facts = numbered('job', earlierFacts)
  await bench.journal.recorded('job', facts, 1_000)
  const state = jobStateOf(readable(facts))
  if (!state) throw new Error('no state')
  return { ...bench, state }
}

it('holds the session again under its old handle, and ends what the earlier run had open', async () => {
  const { jobs, depot, state, kinds, kept: tokens, journal, secrets } = await withEarlierJob()
  expect(await jobs.resume(depot.server, state, kept)).toMatchObject({ ok: true })
  expect(jobs.shown).toMatchObject({ id: 'job', handle: 'h', sessionId: 'alive' })
  expect(jobs.shownView.session).toMatchObject({ handle: 'h', phase: 'active', target })
  expect(jobs.shown?.state).toMatchObject({ prompts: [], runs: [{ runId: 'r', status: 'failed' }] })
  expect(tokens.keep).toEqual([{ handle: 'h', sessionId: 'alive', endpoint: expect.anything() }])
  expect(secrets).toEqual(['CANARY-token'])
  expect(await jobs.finish('h', result)).toEqual({ ok: true, value: null })
  expect(depot.custodies[0]?.finishes).toEqual([result])
  expect(tokens.forget).toEqual(['h'])
  await journal.list({ openOnly: true, limit: 1 })
  const written = await kinds('job')
  expect(written.slice(earlierFacts.length, earlierFacts.length + 3)).toEqual([
    'session-resumed',
    'prompt-ended',
    'function-ended',
  ])
  expect(written).toContain('finish-confirmed')
})

it('keeps the server connected while the session is held, also when another one is chosen', async () => {
  const { jobs, depot, servers, state } = await withEarlierJob()
  await jobs.resume(depot.server, state, kept)
  expect(servers.isHeld(depot.server)).toBe(true)
  await jobs.finish('h', result)
  jobs.leave('h')
  expect(servers.isHeld(depot.server)).toBe(false)
})

it('leaves no job, no fact and no connection behind when the server refuses', async () => {
  const { jobs, depot, servers, state, kinds } = await withEarlierJob()
  depot.prepare.push((custody) => {
    custody.resumeOutcome = refused('custody/resume', 'session-expired')
  })
  expect(await jobs.resume(depot.server, state, kept)).toMatchObject({ failure: { code: 'session-expired' } })
  expect([jobs.all, servers.isHeld(depot.server), depot.custodies[0]?.released]).toEqual([[], false, 1])
  expect(await kinds('job')).toHaveLength(earlierFacts.length)
})
