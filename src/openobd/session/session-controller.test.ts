import { describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { settle } from '../testing/fake-stream.ts'
import { type Fate, MemoryServer } from '../testing/memory-server.ts'
import { DirectCustody } from './custody/direct-custody.ts'
import { SessionController } from './session-controller.ts'

const open = (fates: readonly Fate[] = []) => {
  const clock = new ManualClock()
  const server = new MemoryServer(clock, fates)
  const controllerOf = () =>
    new SessionController(server, { clientId: 'a', clientSecret: 'b', clusterId: '001' }, clock)
  const fetched = () => server.served.filter((rpc) => rpc.endsWith('getSessionControllerToken')).length
  return { clock, server, controllerOf, fetched }
}

describe('SessionController', () => {
  it('fetches one token for calls made at the same time', async () => {
    const { controllerOf, fetched } = open()
    const controller = controllerOf()
    await Promise.all(Array.from({ length: 10 }, () => controller.getSessionList()))
    expect(fetched()).toBe(1)
  })

  it('uses a token until 30 s before its end, by a clock that does not jump', async () => {
    const { clock, controllerOf, fetched } = open()
    const controller = controllerOf()
    await controller.getSessionList()
    clock.jumpWall(86_400_000)
    clock.advance(5_369_999)
    await controller.getSessionList()
    expect(fetched()).toBe(1)
    clock.advance(1)
    await controller.getSessionList()
    expect(fetched()).toBe(2)
  })

  it('calls nobody while the secret is missing, and signs in when it is there', async () => {
    const { server, clock } = open()
    let clientSecret = ''
    const controller = new SessionController(server, () => ({ clientId: 'a', clientSecret, clusterId: '001' }), clock)
    expect(await controller.getSession('s')).toMatchObject({
      failure: { code: 'secret-missing', certainty: 'not-sent', answered: false },
    })
    expect(server.served).toEqual([])
    clientSecret = 'b'
    expect(await controller.getSessionList()).toMatchObject({ ok: true })
  })

  it('does not remember a fetch that failed', async () => {
    const { controllerOf, fetched } = open(['unreachable'])
    const controller = controllerOf()
    expect((await controller.getSessionList()).ok).toBe(false)
    expect((await controller.getSessionList()).ok).toBe(true)
    expect(fetched()).toBe(1)
  })

  // @proves Bad input: Unknown or empty ticket or connector
  it('sends no start without a number', async () => {
    const { server, controllerOf } = open()
    expect(await controllerOf().startSession({ kind: 'connector', number: ' ' })).toMatchObject({
      ok: false,
      failure: { code: 'invalid-input' },
    })
    expect(server.served).toEqual([])
  })
})

describe('two clients that want the same ticket', () => {
  // @proves Faults: 23 two clients, one ticket; what a person sees: one owner, the other is told
  it('get one owner in each of 1,000 races, and the loser is told and sends nothing more', async () => {
    for (let race = 0; race < 1_000; race += 1) {
      const { clock, server, controllerOf } = open()
      const custodies = [controllerOf(), controllerOf()].map((controller) => {
        return new DirectCustody({
          controller,
          clock,
          random: () => (race % 10) / 10,
          target: { kind: 'ticket', number: '1' },
          channelTo: () => server,
        })
      })
      const outcomes = await Promise.all(custodies.map((custody) => custody.start()))
      await settle()
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
      expect(outcomes.find((outcome) => !outcome.ok)).toMatchObject({
        failure: { code: 'resource-in-use', certainty: 'refused' },
      })
      expect(server.served.filter((rpc) => rpc.endsWith('authenticate'))).toHaveLength(1)
      for (const custody of custodies) custody.release()
    }
  })
})
