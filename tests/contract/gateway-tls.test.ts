import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createGateway } from '../../src/gateway/create-gateway.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { bad, good } from './client-bench.ts'

const rpc = openObdV1.sessionController.service.getSessionControllerToken
const pem = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'certificates', name))
const authority = pem('authority.pem').toString()
const near = { client_id: 'near', client_secret: 'near secret', cluster_id: '001' }

const secured = (name: string): ServerCredentials =>
  ServerCredentials.createSsl(pem('authority.pem'), [
    { private_key: pem(`${name}.key`), cert_chain: pem(`${name}.pem`) },
  ])

/** A server that signs everybody in, and the secrets that it has got. */
async function serve(credentials: ServerCredentials, onPort = 0) {
  const server = new Server()
  const secrets: string[] = []
  const sign = (call: { request: { client_secret: string } }, reply: sendUnaryData<object>) => {
    secrets.push(call.request.client_secret)
    reply(null, { value: 'far-token' })
  }
  server.addService({ getSessionControllerToken: rpc }, { getSessionControllerToken: sign })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${onPort}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  onTestFinished(() => server.forceShutdown())
  return { port, secrets, stop: () => server.forceShutdown() }
}

/** A gateway that wants TLS to this port, and a client of it. */
async function gatewayTo(port: number) {
  const account = { clientId: 'far', clientSecret: 'CANARY far secret', clusterId: '001' }
  const gateway = await createGateway(
    {
      upstream: {
        endpoint: { host: '127.0.0.1', port, transport: 'tls' },
        route: { authorities: [authority] },
        credentials: () => account,
        clock: systemClock,
      },
      credentials: { clientId: near.client_id, clientSecret: near.client_secret, clusterId: near.cluster_id },
      logLevel: 'silent',
    },
    0,
  )
  onTestFinished(() => gateway.stop())
  const client = new GrpcChannel({ host: '127.0.0.1', port: gateway.port, transport: 'plaintext' })
  onTestFinished(() => client.close())
  return { signIn: () => client.unary(rpc, near, { deadlineMs: 20_000 }) }
}

describe('a gateway in front of a server with TLS', () => {
  it('sends nothing to one that has another certificate than before', async () => {
    const first = await serve(secured('good'))
    const { signIn } = await gatewayTo(first.port)
    good(await signIn())
    expect(first.secrets).toEqual(['CANARY far secret'])
    first.stop()
    const stranger = await serve(secured('of-stranger'), first.port)
    expect(bad(await signIn())).toMatchObject({ code: 'tls-failed', parameters: { cause: 'untrusted-issuer' } })
    expect(stranger.secrets).toEqual([])
  })

  it('sends nothing to one that speaks plaintext, and does not tell where it is', async () => {
    const plain = await serve(ServerCredentials.createInsecure())
    const { signIn } = await gatewayTo(plain.port)
    const failure = bad(await signIn())
    expect(failure).toMatchObject({ code: 'tls-failed', parameters: { cause: 'server-is-plaintext' } })
    expect(JSON.stringify(failure)).not.toContain(String(plain.port))
    expect(plain.secrets).toEqual([])
  })
})
