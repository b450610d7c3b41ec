import { status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { EngineUnderTest, refusal } from '../testing/engine-under-test.ts'

const { getSession, getSessionList, interruptSession, startSessionOnConnector, startSessionOnTicket } =
  openObdV1.sessionController.service

const rival = { clientId: 'rival', clientSecret: 'secret of the rival' }
const newcomer = { clientId: 'newcomer', clientSecret: 'secret of the newcomer' }

describe('partners of one workshop', () => {
  let test: EngineUnderTest
  let first: string
  let second: string
  let session: { readonly id: string; readonly token: string }

  beforeEach(async () => {
    test = await EngineUnderTest.start({ otherPartners: [rival, newcomer] })
    first = await test.controllerToken()
    second = await test.controllerToken(rival)
    session = await test.claimed('7848095')
  })

  afterEach(() => test.stop())

  it.each([
    ['the secret of another partner', { ...rival, clientSecret: newcomer.clientSecret }],
    ['the secret of the first partner', { ...rival, clientSecret: 'secret of a test' }],
    ['the client id of nobody', { ...rival, clientId: 'nobody' }],
    ['a beginning of the secret', { ...rival, clientSecret: 'secret of the' }],
  ])('cannot sign in with %s', async (_what, partner) => {
    expect(await refusal(test.controllerToken(partner))).toEqual({
      code: status.INVALID_ARGUMENT,
      details: 'invalid client',
    })
  })

  it('list only the sessions that they have started', async () => {
    const other = await test.call(startSessionOnTicket, { value: '7848112' }, second)
    const idsOf = async (token: string) => (await test.call(getSessionList, {}, token)).sessions.map(({ id }) => id)
    expect(await idsOf(first)).toEqual([session.id])
    expect(await idsOf(second)).toEqual([other.id])
    expect(await idsOf(await test.controllerToken(newcomer))).toEqual([])
  })

  it.each([
    ['getSession', getSession],
    ['interruptSession', interruptSession],
  ])('are told by %s the same of a session of another partner and of one that does not exist', async (_name, rpc) => {
    const unknown = await refusal(test.call(rpc, { value: 'nothing' }, second))
    expect(unknown.code).toBe(status.NOT_FOUND)
    expect(await refusal(test.call(rpc, { value: session.id }, second))).toEqual(unknown)
    expect((await test.call(getSession, { value: session.id }, first)).state).toBe('active')
  })

  it('are not told of the end of a session of another partner either', async () => {
    await test.call(interruptSession, { value: session.id }, first)
    expect((await refusal(test.call(interruptSession, { value: session.id }, second))).code).toBe(status.NOT_FOUND)
    expect((await refusal(test.call(interruptSession, { value: session.id }, first))).code).toBe(
      status.FAILED_PRECONDITION,
    )
  })

  it('find a connection in use that another partner holds, until it is free', async () => {
    const inUse = { code: status.UNAVAILABLE, details: 'resource already in use' }
    expect(await refusal(test.call(startSessionOnTicket, { value: '7848095' }, second))).toEqual(inUse)
    expect(await refusal(test.call(startSessionOnConnector, { value: '900101060' }, second))).toEqual(inUse)
    await test.call(interruptSession, { value: session.id }, first)
    expect((await test.call(startSessionOnTicket, { value: '7848095' }, second)).state).toBe('available')
  })
})
