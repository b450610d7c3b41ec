import tls from 'node:tls'
import { Client, type Metadata } from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Token } from '../token.ts'
import { GrpcChannel } from './grpc-channel.ts'
import { openObdV1 } from './protos.ts'

const rpc = openObdV1.sessionController.service.getSessionList
const token = new Token('controller', 'known-secret')

/** The arguments that grpc-js gets for one call on a channel of this kind; nothing is sent. */
function asked(transport: 'tls' | 'plaintext', settings: Parameters<GrpcChannel['unary']>[2]) {
  const make = vi.spyOn(Client.prototype, 'makeUnaryRequest').mockReturnValue(undefined as never)
  vi.spyOn(Date, 'now').mockReturnValue(1_000_000)
  onTestFinished(() => void vi.restoreAllMocks())
  const grpcChannel = new GrpcChannel({ host: '127.0.0.1', port: 1, transport })
  void grpcChannel.unary(rpc, {}, settings)
  grpcChannel.close()
  const [, , , , metadata, options] = make.mock.calls.at(-1) as unknown[]
  return { metadata: metadata as Metadata, options: options as { deadline: number; credentials?: object } }
}

describe('a call', () => {
  it('has a deadline of five seconds when it names none', () => {
    expect(asked('plaintext', { token }).options.deadline).toBe(1_005_000)
    expect(asked('plaintext', { token, deadlineMs: 70 }).options.deadline).toBe(1_000_070)
  })

  // @proves Security: A62 tokens travel as call credentials on TLS
  it('carries its bearer as call credentials on TLS, which grpc-js never sends in plaintext', () => {
    const { metadata, options } = asked('tls', { token })
    expect(metadata.get('authorization')).toEqual([])
    expect(options.credentials).toBeDefined()
  })

  it('carries its bearer as metadata on this computer', () => {
    const { metadata, options } = asked('plaintext', { token })
    expect(metadata.get('authorization')).toEqual(['Bearer known-secret'])
    expect(options.credentials).toBeUndefined()
  })
})

describe('a channel with TLS', () => {
  it('takes nothing older than TLS 1.2', () => {
    const create = vi.spyOn(tls, 'createSecureContext')
    onTestFinished(() => create.mockRestore())
    new GrpcChannel({ host: '127.0.0.1', port: 1, transport: 'tls' }).close()
    expect(create).toHaveBeenCalledWith(expect.objectContaining({ minVersion: 'TLSv1.2' }))
  })
})
