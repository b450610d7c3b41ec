import { describe, expect, it } from 'vitest'
import { refused } from '../../openobd/failure.ts'
import type { Prompt } from '../../openobd/generated/types/workbench/v1/Prompt.ts'
import type { WorkshopSnapshot } from '../../openobd/generated/types/workbench/v1/WorkshopSnapshot.ts'
import { settle } from '../../openobd/testing/fake-stream.ts'
import { depot, type PlayedServer, servicesBench } from '../testing/services-bench.ts'

const engine = '127.0.0.1'
const farAway = 'depot.example'
const snapshot = (more: WorkshopSnapshot = {}): { snapshot: WorkshopSnapshot } => ({
  snapshot: {
    workshop_name: 'W',
    tickets: [{ number: '1', connector_number: '900', license_plate: 'HB-FC 2108', vehicle_name: 'Corvo' }],
    connectors: [{ number: '900', name: 'Lift 2', online: true, plugged: true, voltage: 12.4, ignition_on: true }],
    sessions: [],
    prompts: [],
    ...more,
  },
})
const question = (id: string, session_id: string, more: Prompt = {}): Prompt => ({
  id,
  session_id,
  function_name: 'F',
  control: { control_yesno: { label: `Question ${id}` } },
  shown_at: 1_000,
  ...more,
})
const yes = { kind: 'yesno', yes: true } as const

async function onEngine(more: Parameters<typeof servicesBench>[0] = {}) {
  const bench = servicesBench(more)
  bench.services.start()
  await settle()
  await bench.at(engine).show(snapshot())
  return bench
}
type Bench = Awaited<ReturnType<typeof onEngine>>

/** Adds the depot and chooses it. */
async function chooseDepot({ services, at }: Bench): Promise<PlayedServer> {
  const saved = services.profiles.save(depot)
  const profile = saved.ok ? services.profiles.find(saved.value.profileId) : undefined
  if (!profile) throw new Error('not saved')
  services.choose(profile)
  await settle()
  return at(farAway)
}

describe('the server of new jobs', () => {
  it('is the own engine at first; its workshop, its state and its functions are published', async () => {
    const bench = await onEngine()
    const { endpoint, workshop, tickets, connectors, functions, profiles } = await bench.state()
    expect(endpoint).toMatchObject({ profileId: 'embedded', status: 'ready', viewer: 'available', secure: false })
    expect(workshop).toEqual({ status: 'ready', name: 'W' })
    expect([tickets.length, connectors.length, profiles.length]).toEqual([1, 1, 1])
    expect(functions).toMatchObject([{ id: 'identify' }])
    expect(bench.gateways.map(({ starts }) => starts)).toEqual([1])
  })

  it('starts its gateway once, and not before the server is ready', async () => {
    const bench = servicesBench()
    bench.services.start()
    const starts = () => bench.gateways.map((gateway) => gateway.starts)
    await settle()
    expect(starts()).toEqual([0])
    await bench.at(engine).show(snapshot())
    bench.at(engine).stream('viewer/watchWorkshop').end(14, 'Connection dropped')
    await settle()
    expect(starts()).toEqual([1])
  })

  it('that is left takes its workshop with it', async () => {
    const bench = await onEngine()
    const far = await chooseDepot(bench)
    expect((await bench.state()).workshop).toEqual({ status: 'loading', name: '' })
    expect((await bench.state()).tickets).toEqual([])
    expect(bench.at(engine).isClosed).toBe(true)
    await far.show(snapshot({ workshop_name: 'Far' }))
    expect((await bench.state()).workshop).toEqual({ status: 'ready', name: 'Far' })
    expect((await bench.state()).endpoint).toMatchObject({ status: 'ready', secure: true })
  })

  it('that is left stays connected while a job is open there, without showing its workshop', async () => {
    const bench = await onEngine()
    const { handle } = await bench.started()
    const far = await chooseDepot(bench)
    await far.show(snapshot({ workshop_name: 'Far' }))
    const near = bench.at(engine)
    await near.show({ ticket_changed: { number: '7' } })
    const { workshop, tickets, jobs } = await bench.state()
    expect([workshop.name, tickets.length, jobs.length, near.isClosed]).toEqual(['Far', 1, 1, false])
    near.stream('viewer/watchWorkshop').end(14, 'Connection dropped')
    expect((await bench.state()).endpoint.status).toBe('ready')
    expect((await bench.state()).session).toMatchObject({ handle, server: { status: 'reconnecting' } })
  })
})

describe('a prompt', () => {
  it('of our session names its job and its car, and is recorded there', async () => {
    const bench = await onEngine()
    const { job, handle } = await bench.started()
    await bench
      .at(engine)
      .show({ session_changed: { session_id: 's1', state: 'active', ticket_number: '1', connector_number: '900' } })
    await bench.at(engine).show({ prompt_shown: question('p', 's1') })
    const { prompts, jobs } = await bench.state()
    expect(prompts).toMatchObject([
      {
        session: {
          key: handle,
          ticketNumber: '1',
          connectorNumber: '900',
          licensePlate: 'HB-FC 2108',
          vehicleName: 'Corvo',
          connectorName: 'Lift 2',
        },
        functionName: 'F',
        answer: { state: 'open' },
      },
    ])
    expect(job.state.prompts.map(({ promptId }) => promptId)).toEqual(['p'])
    expect(jobs).toMatchObject([{ questions: 1 }])
    expect(await bench.services.answerPrompt(prompts[0]?.id ?? '', 'a', yes, 'touch')).toEqual({
      ok: true,
      value: null,
    })
    expect(bench.at(engine).requests.at(-1)).toEqual([
      'viewer/answerPrompt',
      { prompt_id: 'p', answer_id: 'a', yesno: true },
    ])
    expect((await bench.state()).prompts).toMatchObject([{ answer: { state: 'answered' } }])
  })

  it('of our session on a connector names the connector, and the car as the job knows it', async () => {
    const bench = await onEngine()
    const { job, handle } = await bench.started('900', 'connector')
    job.record({ kind: 'job-described', actor: 'server', vehicleName: 'Another', licensePlate: 'K-329-XB' })
    await bench.at(engine).show({ prompt_shown: question('p', 's1', { function_name: '' }) })
    expect((await bench.state()).prompts).toMatchObject([
      {
        session: {
          key: handle,
          connectorNumber: '900',
          vehicleName: 'Another',
          licensePlate: 'K-329-XB',
          connectorName: 'Lift 2',
        },
        functionName: '',
      },
    ])
    expect(await job.run('identify')).toEqual({ ok: true, value: null })
    await bench.at(engine).show({ prompt_shown: question('q', 's1', { function_name: '' }) })
    expect((await bench.state()).prompts.at(-1)?.functionName).toBe('Identify the car')
  })

  it('of a session of others names what the viewer knows, under a handle', async () => {
    const bench = await onEngine()
    await bench.at(engine).show(
      snapshot({
        sessions: [{ session_id: 'theirs', state: 'active', ticket_number: '1', connector_number: '900' }],
        prompts: [question('p', 'theirs')],
      }),
    )
    const [prompt] = (await bench.state()).prompts
    expect(prompt?.session).toMatchObject({ ticketNumber: '1', licensePlate: 'HB-FC 2108' })
    expect(prompt?.session.key).toBe(bench.services.servers.chosen?.finder.handleOf('theirs'))
    expect(prompt?.session.key).not.toContain('theirs')
  })

  it('that was shown before our session was known becomes ours', async () => {
    const bench = await onEngine()
    await bench.at(engine).show({ prompt_shown: question('p', 's1') })
    const before = (await bench.state()).prompts[0]?.session.key
    const { handle } = await bench.started()
    expect(before).not.toBe(handle)
    expect((await bench.state()).prompts[0]?.session.key).toBe(handle)
  })

  it('of another server is shown only when it is one of our jobs, and is answered there', async () => {
    const bench = await onEngine()
    const near = bench.at(engine)
    await bench.started()
    await near.show({ prompt_shown: question('ours', 's1') })
    await near.show({ prompt_shown: question('theirs', 'other') })
    expect((await bench.state()).prompts).toHaveLength(2)
    const far = await chooseDepot(bench)
    await far.show(snapshot({ prompts: [question('far', 'x')] }))
    const labels = (await bench.state()).prompts.map(({ control }) => control.kind !== 'unknown' && control.label)
    expect(labels).toEqual(['Question ours', 'Question far'])
    const [ours, there] = (await bench.state()).prompts
    await bench.services.answerPrompt(ours?.id ?? '', 'a', yes)
    await bench.services.answerPrompt(there?.id ?? '', 'b', yes)
    const answered = (server: PlayedServer) =>
      server.requests.filter(([name]) => name === 'viewer/answerPrompt').map(([, request]) => request)
    expect([answered(near), answered(far)]).toMatchObject([[{ prompt_id: 'ours' }], [{ prompt_id: 'far' }]])
  })

  it('that nobody knows cannot be answered, also without a server', async () => {
    const bench = await onEngine()
    const gone = { failure: { code: 'prompt-withdrawn' } }
    expect(await bench.services.answerPrompt('x', 'a', yes)).toMatchObject(gone)
    bench.services.servers.chooseNone()
    expect(await bench.services.answerPrompt('x', 'a', yes)).toMatchObject(gone)
  })

  it('that ended without an answer is kept in a list of the last five, of all servers, in the order of their ends', async () => {
    const bench = await onEngine()
    const near = bench.at(engine)
    await bench.started()
    for (let number = 1; number <= 6; number += 1) await near.show({ prompt_shown: question(`n${number}`, 's1') })
    const end = async (server: PlayedServer, id: string) => {
      bench.clock.advance(10)
      await server.show({ prompt_ended: { prompt_id: id } })
    }
    for (const id of ['n1', 'n2', 'n3']) await end(near, id)
    const far = await chooseDepot(bench)
    await far.show(snapshot({ prompts: [question('f1', 'x'), question('f2', 'x')] }))
    await end(far, 'f1')
    await end(near, 'n4')
    await end(far, 'f2')
    expect((await bench.state()).endedPrompts.map(({ label }) => label)).toEqual(
      ['n2', 'n3', 'f1', 'n4', 'f2'].map((id) => `Question ${id}`),
    )
  })
})

describe('the link of our session', () => {
  const tick = { connected: true, connected_since: 5, latency: 20, healthy: true }

  it('has the values of its connector as soon as the viewer knows them', async () => {
    const bench = await onEngine()
    await bench.started()
    expect((await bench.state()).link).toMatchObject({ followsCar: false })
    const near = bench.at(engine)
    await near.show({ session_changed: { session_id: 's1', state: 'active', connector_number: '900' } })
    expect((await bench.state()).link).toMatchObject({
      followsCar: true,
      voltage: 12.4,
      carKnownAt: bench.clock.wallMs(),
    })
    await near.show({ connector_changed: { number: '900', online: true, plugged: true, voltage: 11 } })
    expect((await bench.state()).link).toMatchObject({ voltage: 11 })
    const sessions = [{ session_id: 's1', state: 'active', connector_number: '900' }]
    await near.show(snapshot({ sessions }))
    expect((await bench.state()).link).toMatchObject({ voltage: 12.4 })
    near.stream('viewer/watchWorkshop').end(14, 'Connection dropped')
    expect((await bench.state()).link).toMatchObject({ followsCar: false, voltage: 12.4 })
  })

  it('takes nothing from another connector, and nothing without a viewer', async () => {
    const bench = await onEngine()
    await bench.started()
    const near = bench.at(engine)
    await near.show({ connector_changed: { number: '901', online: true, plugged: true, voltage: 9 } })
    near.stream('connectionMonitor/openConnectorInformationStream').push(tick)
    const { link } = await bench.state()
    expect([link?.followsCar, link?.voltage, link?.latencyMs]).toEqual([false, undefined, 20])
  })
})

describe('a line of the script log', () => {
  const line = (session_id: string, more: object = {}) => ({
    script_log: {
      session_id,
      context_id: '',
      level: 'LOG_LEVEL_WARNING' as const,
      content: `of ${session_id}`,
      at: 7_000,
      ...more,
    },
  })

  it('is shown with its ticket or connector, and our own is a fact of its job', async () => {
    const bench = await onEngine()
    const { job } = await bench.started()
    const near = bench.at(engine)
    await near.show({ session_changed: { session_id: 'theirs', state: 'active', connector_number: '900' } })
    for (const id of ['s1', 'theirs', 'unknown']) await near.show(line(id))
    await near.show(line('s1', { at: 2 ** 52, level: 'LOG_LEVEL_ERROR' }))
    await bench.pass(1_000)
    const at = bench.clock.wallMs() - 1_000
    expect(bench.lines.map(({ sequence: _, ...shown }) => shown)).toEqual([
      { at: 7_000, level: 'warning', content: 'of s1', source: 'function', sessionLabel: '1' },
      { at: 7_000, level: 'warning', content: 'of theirs', source: 'function', sessionLabel: '900' },
      { at: 7_000, level: 'warning', content: 'of unknown', source: 'function', sessionLabel: '' },
      { at, level: 'error', content: 'of s1', source: 'function', sessionLabel: '1' },
    ])
    const facts = await bench.journal.facts(job.id)
    const logged = facts.ok ? facts.value.filter(({ kind }) => kind === 'function-logged') : []
    expect(logged).toMatchObject([
      {
        lines: [
          { at: 7_000, level: 'warning', content: 'of s1' },
          { at, level: 'error', content: 'of s1' },
        ],
        leftOut: 0,
      },
    ])
  })

  it('of another server is shown only when it is one of our jobs', async () => {
    const bench = await onEngine()
    await bench.started()
    const near = bench.at(engine)
    const far = await chooseDepot(bench)
    await far.show(snapshot())
    await near.show(line('s1'))
    await near.show(line('theirs'))
    await far.show(line('far'))
    await bench.pass(1_000)
    expect(bench.lines.map(({ content }) => content)).toEqual(['of s1', 'of far'])
  })
})

describe('the end of the own engine', () => {
  it('by a restart ends its sessions and takes their prompts and its workshop away', async () => {
    const bench = await onEngine()
    await bench.started()
    await bench.at(engine).show({ prompt_shown: question('p', 's1') })
    const restarting = bench.services.ownEngine.restart()
    const { session, prompts, workshop } = bench.publisher.state
    expect(session).toMatchObject({ phase: 'ended', end: { kind: 'lost', failure: { code: 'engine-failed' } } })
    expect([prompts, workshop.status]).toEqual([[], 'loading'])
    expect(await restarting).toEqual({ ok: true, value: null })
    expect([bench.engine.stops, bench.engine.starts]).toEqual([1, 2])
  })

  it('is none of ours while another server is chosen and no job is open on it', async () => {
    const bench = await onEngine()
    await chooseDepot(bench)
    expect(await bench.services.ownEngine.restart()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    bench.services.ownEngine.died()
    expect((await bench.state()).endpoint.status).not.toBe('failed')
    expect(bench.engine.starts).toBe(1)
  })

  it('by itself is followed by a restart, but not after three ends within a minute', async () => {
    const bench = await onEngine()
    await bench.started()
    bench.services.ownEngine.died()
    expect(bench.publisher.state.session).toMatchObject({ end: { kind: 'lost' } })
    await settle()
    bench.clock.advance(59_999)
    bench.services.ownEngine.died()
    await settle()
    expect(bench.engine.starts).toBe(3)
    bench.clock.advance(1)
    bench.services.ownEngine.died()
    await settle()
    expect(bench.engine.starts).toBe(4)
    bench.services.ownEngine.died()
    await settle()
    expect(bench.engine.starts).toBe(4)
    expect((await bench.state()).endpoint).toMatchObject({ status: 'failed', failure: { code: 'engine-failed' } })
  })
})

describe('a start that is refused because the connection is in use', () => {
  it('offers our own open session before all others', async () => {
    const bench = await onEngine()
    await bench.started('1')
    const near = bench.at(engine)
    near.answers.set(
      'sessionController/startSessionOnConnector',
      refused('sessionController/startSessionOnConnector', 'resource-in-use', { answered: true }),
    )
    const infos = ['s1', 'other'].map((id) => ({
      id,
      state: 'active',
      created_at: '',
      grpc_endpoint: engine,
      grpc_port: 5,
      authentication_token: '',
    }))
    near.answers.set('sessionController/getSessionList', { ok: true, value: { sessions: infos } })
    const outcome = bench.services.jobs.start({ kind: 'connector', number: '900' })
    await settle()
    expect(await outcome).toMatchObject({ failure: { code: 'resource-in-use' } })
    const { blockingSessions } = await bench.state()
    expect(blockingSessions?.map(({ sessionId, proof, label }) => [sessionId, proof, label])).toEqual([
      ['s1', 'own-record', '1'],
      ['other', 'none', undefined],
    ])
    await chooseDepot(bench)
    expect((await bench.state()).blockingSessions).toBeNull()
  })
})

describe('a job of an earlier run', () => {
  async function afterCrash(more: Parameters<typeof servicesBench>[0] = {}) {
    const first = await onEngine(more)
    const far = await chooseDepot(first)
    await far.show(snapshot())
    const { job, handle } = await first.started()
    await settle()
    const { id } = first.services.servers.chosen?.profile ?? { id: '' }
    first.services.settings.selectedProfileId = id
    await first.services.stop()
    await first.journal.close()
    first.storage.database.close()
    const next = servicesBench({ ...more, folder: first.folder })
    next.services.start()
    await next.services.unfinished.loaded
    await settle()
    return { next, handle, jobId: job.id, profileId: id }
  }
  const encryption = {
    isAvailable: () => Promise.resolve(true),
    encrypt: (text: string) => Promise.resolve(Buffer.from(text).reverse()),
    decrypt: (bytes: Uint8Array) => Promise.resolve(Buffer.from(bytes).reverse().toString()),
  }

  it('is shown, is asked about as soon as its server is reached, and is in use for the history', async () => {
    const { next, handle, jobId } = await afterCrash()
    expect((await next.state()).unfinishedSessions).toMatchObject([
      { handle, state: 'not-checked', resume: 'not-kept' },
    ])
    expect((await next.state()).endpoint).toMatchObject({ status: 'failed', failure: { code: 'secret-missing' } })
    expect(await next.services.history.delete([jobId])).toMatchObject({ failure: { code: 'not-allowed-now' } })
    const saved = next.services.profiles.save({ ...depot, id: next.services.servers.chosen?.profile.id })
    expect(saved.ok).toBe(true)
    next.services.servers.secretTyped(saved.ok ? saved.value.profileId : '')
    await settle()
    await next.at(farAway).show(snapshot())
    const { unfinishedSessions } = await next.state()
    expect(unfinishedSessions).toMatchObject([
      { handle, state: 'open', summary: { sessionId: 's1', proof: 'own-record' } },
    ])
  })

  it('is held again with its kept token, on its own server', async () => {
    const { next, handle, jobId } = await afterCrash({ encryption })
    expect((await next.state()).unfinishedSessions).toMatchObject([{ resume: 'possible' }])
    const resumed = next.services.unfinished.resume(handle)
    await settle()
    expect(await resumed).toEqual({ ok: true, value: null })
    expect(next.services.jobs.shown).toMatchObject({ id: jobId, handle })
    expect(next.at(farAway).asked).toContain('config/getConfiguration')
    expect((await next.state()).session).toMatchObject({ handle, phase: 'active' })
  })

  it('is not held again without a token, nor when its server was removed or changed', async () => {
    const lost = await afterCrash()
    expect(await lost.next.services.unfinished.resume(lost.handle)).toMatchObject({
      failure: { code: 'session-expired' },
    })
    const { next, handle, profileId } = await afterCrash({ encryption })
    next.services.profiles.save({ ...depot, id: profileId, port: 8443 })
    expect(await next.services.unfinished.resume(handle)).toMatchObject({ failure: { code: 'server-gone' } })
    next.services.profiles.remove(profileId)
    expect(await next.services.unfinished.resume(handle)).toMatchObject({ failure: { code: 'server-gone' } })
  })
})

it('waking up tries the streams of every job and every server at once', async () => {
  const bench = await onEngine()
  await bench.started()
  const near = bench.at(engine)
  const count = (name: string) => near.streams.filter((one) => one.name === name).length
  const names = [
    'viewer/watchWorkshop',
    'session/openSessionTokenStream',
    'connectionMonitor/openConnectorInformationStream',
  ]
  const before = names.map(count)
  bench.services.wake()
  await settle()
  expect(names.map(count)).toEqual(before.map((one) => one + 1))
})

it('a stop closes the connections, the functions and every timer', async () => {
  const bench = await onEngine()
  const { job } = await bench.started()
  await bench.services.stop()
  expect([bench.at(engine).isClosed, bench.gateways.every(({ stops }) => stops === 1)]).toEqual([true, true])
  const before = (await bench.journal.facts(job.id)) as { value?: unknown[] }
  bench.clock.advance(24 * 3_600_000)
  await settle()
  expect(((await bench.journal.facts(job.id)) as { value?: unknown[] }).value).toHaveLength(before.value?.length ?? -1)
  expect(bench.clock.pendingTimers).toBe(0)
})
