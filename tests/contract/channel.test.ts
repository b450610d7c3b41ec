import { createServer } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import { channelOptions, GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { getVehicleDetails } from '../../src/openobd/session/vehicle-info.ts'
import { bad, good, openBench } from './client-bench.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a channel', () => {
  // @proves Sessions and links: No proxy on loopback, one long-lived channel, keep-alive 30 s, 4 MiB
  it('pings every 30 s, reconnects within a second and limits messages, as chosen and not by default', () => {
    const options = channelOptions({ host: 'grpc.openobd.com', port: 443, transport: 'tls' })
    expect(options).toMatchObject({
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.max_receive_message_length': 4_194_304,
      'grpc.max_send_message_length': 4_194_304,
    })
    // A proxy of the environment is never used; one that a person chose is given to the channel itself.
    expect(options['grpc.enable_http_proxy']).toBe(0)
  })

  // @proves Sessions and links: No proxy on loopback, one long-lived channel, keep-alive 30 s, 4 MiB
  // @proves Faults: 41 proxy wants a password, dies or changes; what a person sees: the proxy as the cause, and the own engine works
  // @proves Security: A66 channels to this computer never ask a proxy
  it('to loopback never asks a proxy of the environment', async () => {
    let asked = 0
    const httpProxy = createServer().on('connect', (_request, socket) => {
      asked += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => httpProxy.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void httpProxy.close())
    const address = httpProxy.address()
    const url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`
    for (const name of ['grpc_proxy', 'https_proxy', 'http_proxy']) vi.stubEnv(name, url)
    const { controller } = await openBench()
    good(await controller.getSessionList())
    expect(asked).toBe(0)
  })

  // @proves Sessions and links: No proxy on loopback, one long-lived channel, keep-alive 30 s, 4 MiB
  it('is one connection for everything that runs on it', async () => {
    const { proxy, custody: create } = await openBench()
    const calls = good(await create().custody.start())
    await Promise.all(Array.from({ length: 50 }, () => getVehicleDetails(calls)))
    expect(proxy.counts.connections).toBe(1)
  })

  it('connects before the first call when it is told to, and says whether that worked', async () => {
    const { grpcChannel, proxy } = await openBench()
    expect(await grpcChannel.connect()).toBe(true)
    expect(grpcChannel.state).toBe('ready')
    await proxy.setMode('refuse')
    const nobody = new GrpcChannel({ host: '127.0.0.1', port: proxy.port, transport: 'plaintext' })
    expect(await nobody.connect(300)).toBe(false)
    nobody.close()
    expect(nobody.state).toBe('closed')
    expect(bad(await nobody.unary(openObdV1.sessionController.service.getSessionList, {}))).toMatchObject({
      certainty: 'not-sent',
    })
    expect(await nobody.connect()).toBe(false)
  })
})

describe('calls of every shape on the official Servicers', () => {
  it('carry many at once without mixing them up', async () => {
    const { judge, custody: create } = await openBench({ isotp: { '22F190': [{ payload: '62F19041' }] } })
    const calls = good(await create().custody.start())
    const channels = Array.from({ length: 20 }, (_none, index) => {
      return new UdsChannel(calls, systemClock, {
        kind: 'isotp',
        channel: { busName: 'bus', requestId: index, responseId: index },
      })
    })
    const answers = await Promise.all(
      channels.flatMap((ecu) => [ecu, ecu].map((one) => one.request(Uint8Array.of(0x22, 0xf1, 0x90)))),
    )
    expect(answers.every((answer) => answer.ok && answer.value.kind === 'positive')).toBe(true)
    for (const ecu of channels) ecu.close()
    await vi.waitFor(() => expect(judge.events.filter((one) => one.event === 'halfClosed')).toHaveLength(20))
  })

  // @proves Sessions and links: Every call has a deadline
  it('end at their deadline on a server that sleeps', async () => {
    const { judge, controller } = await openBench()
    good(await controller.getSessionList())
    await judge.fault({ rpc: 'sessionController/getSessionList', apply: 'after', held: true })
    expect(bad(await controller.getSessionList(200)).code).toBe('timed-out')
  })

  // @proves Security: A67 a message that is too large fails alone
  it('fail alone when an answer is larger than the limit', async () => {
    const { custody: create } = await openBench({
      isotp: { '22F190': [{ payload: 'AB'.repeat(2_200_000) }], '3E00': [{ payload: '7E00' }] },
    })
    const calls = good(await create().custody.start())
    const ecu = new UdsChannel(calls, systemClock, {
      kind: 'isotp',
      channel: { busName: 'bus', requestId: 1, responseId: 2 },
    })
    const read = ecu.request(Uint8Array.of(0x22, 0xf1, 0x90), { timeoutMs: 30_000 })
    expect(bad(await read).code).toBe('not-an-openobd-service')
    good(await getVehicleDetails(calls))
    expect(good(await ecu.request(Uint8Array.of(0x3e, 0))).kind).toBe('positive')
    ecu.close()
  })
})
