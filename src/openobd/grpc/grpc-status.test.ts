import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../shared/outcome.ts'
import type { Certainty } from '../failure.ts'
import { Token } from '../token.ts'
import { failureFromStatus, isGracefulEnd } from './grpc-status.ts'
import { type TlsProblem, tlsProblemOf } from './tls-failure.ts'

describe('a status of the server', () => {
  it.each<[string, number, string, FailureCode, Certainty]>([
    ['sessionController/getSessionControllerToken', 3, 'invalid client', 'wrong-credentials', 'refused'],
    ['sessionController/getSessionControllerToken', 3, 'cluster_id is missing', 'cluster-missing', 'refused'],
    ['can/openIsotpStream', 3, 'odd payload', 'invalid-input', 'refused'],
    ['a/b', 4, 'Deadline exceeded after 5s', 'timed-out', 'unclear'],
    ['sessionController/startSessionOnTicket', 5, '', 'unknown-ticket', 'refused'],
    ['sessionController/startSessionOnConnector', 5, '', 'unknown-connector', 'refused'],
    ['sessionController/getSession', 5, '', 'not-found', 'refused'],
    ['sessionController/startSessionOnTicket', 9, 'no ticket found with that number', 'unknown-ticket', 'refused'],
    ['session/finish', 9, 'the session is finished', 'not-allowed-now', 'refused'],
    ['function/registerFunctionDetails', 6, 'another function is registered', 'not-allowed-now', 'refused'],
    ['session/authenticate', 7, 'session already authenticated', 'already-claimed', 'refused'],
    ['config/getConfiguration', 7, 'only authenticate() is allowed now', 'not-allowed-now', 'refused'],
    ['config/configureBus', 8, 'more than 4 buses', 'too-many-requests', 'refused'],
    ['a/b', 11, '', 'invalid-input', 'refused'],
    ['ticketInfo/getTicketDetails', 12, '', 'not-supported-by-server', 'refused'],
    ['a/b', 16, 'unknown token', 'unauthorised', 'refused'],
    ['sessionController/startSessionOnTicket', 14, 'resource already in use', 'resource-in-use', 'refused'],
    [
      'sessionController/startSessionOnTicket',
      14,
      'no free resources, try again in two minutes',
      'no-free-resources',
      'refused',
    ],
    [
      'sessionController/startSessionOnTicket',
      14,
      'the connector 900101060 is offline',
      'connector-offline',
      'refused',
    ],
    ['a/b', 14, 'maintenance', 'connection-lost', 'unclear'],
    ['a/b', 1, 'gone', 'connection-lost', 'unclear'],
    ['a/b', 2, 'Exception calling application', 'internal', 'unclear'],
    ['a/b', 10, '', 'internal', 'unclear'],
    ['a/b', 13, 'broken', 'internal', 'unclear'],
    ['a/b', 15, '', 'internal', 'unclear'],
    ['a/b', 99, 'from the future', 'internal', 'unclear'],
  ])('%s %i %j reads %s, %s', (rpc, code, details, expected, certainty) => {
    expect(failureFromStatus(rpc, { code, details })).toMatchObject({ code: expected, certainty })
  })

  it('marks a refused bearer and nothing else', () => {
    expect(failureFromStatus('a/b', { code: 16, details: '' }).bearerRefused).toBe(true)
    expect(failureFromStatus('a/b', { code: 7, details: '' }).bearerRefused).toBeUndefined()
  })

  it('takes OK and CANCELLED for a graceful end of a stream', () => {
    expect([0, 1].every(isGracefulEnd)).toBe(true)
    expect([2, 13, 14, 16].some(isGracefulEnd)).toBe(false)
  })

  it('shortens endless details', () => {
    expect(failureFromStatus('a/b', { code: 13, details: 'x'.repeat(100_000) }).detail).toHaveLength(500)
  })
})

describe('a status that this side made', () => {
  it.each<[number, string, FailureCode, Certainty]>([
    [
      14,
      'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1 (2026-01-01T00:00:00.000Z)',
      'connection-lost',
      'not-sent',
    ],
    [14, 'Name resolution failed for target dns:nowhere:443', 'connection-lost', 'not-sent'],
    [14, 'Failed to connect before the deadline', 'connection-lost', 'not-sent'],
    [14, 'Channel closed before call started', 'connection-lost', 'not-sent'],
    [14, 'Connection dropped', 'connection-lost', 'unclear'],
    [13, 'Received RST_STREAM with code 2 (Internal server error)', 'connection-lost', 'unclear'],
    [8, 'Bandwidth exhausted or memory limit exceeded', 'connection-lost', 'unclear'],
    [7, 'Protocol not secure enough', 'connection-lost', 'unclear'],
    [14, 'read ECONNRESET', 'connection-lost', 'unclear'],
    [14, 'Received HTTP status code 503', 'connection-lost', 'unclear'],
    [12, 'Received HTTP status code 404', 'not-an-openobd-service', 'unclear'],
    [2, 'Received HTTP status code 200', 'not-an-openobd-service', 'unclear'],
    [13, 'Response message parsing error: index out of range', 'not-an-openobd-service', 'unclear'],
    [8, 'Received message larger than max (5000000 vs 4194304)', 'not-an-openobd-service', 'unclear'],
    [13, 'Request message serialization failure: invalid', 'invalid-input', 'not-sent'],
    [8, 'Attempted to send message with a size larger than 4194304', 'invalid-input', 'not-sent'],
    [14, 'No connection established. Last error: self-signed certificate', 'tls-failed', 'not-sent'],
    [
      14,
      'No connection established. Last error: tlsv1 alert no application protocol',
      'not-an-openobd-service',
      'not-sent',
    ],
  ])('%i %j reads %s, %s, and keeps addresses to itself', (code, details, expected, certainty) => {
    const failure = failureFromStatus('a/b', { code, details })
    expect(failure).toMatchObject({ code: expected, certainty, answered: false })
    expect(failure.detail).toBeUndefined()
  })

  it.each<[string, TlsProblem | undefined]>([
    ['unable to verify the first certificate', 'untrusted-issuer'],
    ['self-signed certificate in certificate chain', 'untrusted-issuer'],
    ['self signed certificate', 'self-signed'],
    ["Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b", 'wrong-name'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong-name'],
    ['certificate has expired', 'expired'],
    ['certificate is not yet valid', 'not-yet-valid'],
    ['SSL routines:ssl3_get_record:wrong version number', 'server-is-plaintext'],
    ['tlsv13 alert certificate required', 'client-certificate-required'],
    ['sslv3 alert bad certificate', 'client-certificate-refused'],
    ['tlsv1 alert unknown ca', 'client-certificate-refused'],
    ['tlsv1 alert protocol version', 'protocol-mismatch'],
    ['tlsv1 alert no application protocol', 'http-1'],
    ['connect ECONNREFUSED', undefined],
    ['', undefined],
  ])('%j has the TLS cause %s', (details, problem) => {
    expect(tlsProblemOf(details)).toBe(problem)
  })
})

describe('the words of a failure', () => {
  it('are those of the server, without its bearer and without the token of the call', () => {
    const details = 'bearer abc.def and known-secret, twice known-secret'
    const token = new Token('session', 'known-secret')
    expect(failureFromStatus('a/b', { code: 5, details }, token)).toMatchObject({
      answered: true,
      detail: 'Bearer … and …, twice …',
    })
    expect(failureFromStatus('a/b', { code: 5, details })).toMatchObject({
      detail: 'Bearer … and known-secret, twice known-secret',
    })
  })

  it('are missing when the server said nothing', () => {
    const failure = failureFromStatus('a/b', { code: 5, details: undefined as unknown as string })
    expect(failure).toMatchObject({ code: 'not-found', answered: true })
    expect('detail' in failure).toBe(false)
  })

  it.each([
    [14, 'maintenance', true],
    [14, 'unable to verify the first certificate', false],
    [4, 'Deadline exceeded', false],
    [1, 'gone', false],
    [13, 'broken', true],
  ])('%i %j are those of the server: %s', (code, details, answered) => {
    expect(failureFromStatus('a/b', { code, details }).answered).toBe(answered)
  })
})

describe('the cause of a call that was never sent', () => {
  const neverSent = (error: string) =>
    failureFromStatus('a/b', { code: 14, details: `No connection established. Last error: ${error}` })

  it('is told when TLS is it', () => {
    expect(neverSent('certificate has expired')).toMatchObject({ code: 'tls-failed', parameters: { cause: 'expired' } })
    expect(neverSent('tlsv1 alert no application protocol').parameters).toEqual({ cause: 'http-1' })
  })

  it('is not told otherwise, and not for a call that may have arrived', () => {
    expect(neverSent('connect ECONNREFUSED').parameters).toBeUndefined()
    expect(failureFromStatus('a/b', { code: 14, details: 'certificate has expired' }).parameters).toBeUndefined()
  })

  it.each(['Parse Error: Expected HTTP/', 'HPE_INVALID_CONSTANT', 'ERR_HTTP2_ERROR', 'Protocol error'])(
    'may be a server of another kind: %s',
    (error) => expect(neverSent(error)).toMatchObject({ code: 'not-an-openobd-service', certainty: 'not-sent' }),
  )

  it.each(['Failed to parse DNS address x', 'Failed to start HTTP/2 stream', 'Stream refused by server'])(
    '%s is a lost connection',
    (details) =>
      expect(failureFromStatus('a/b', { code: 14, details })).toMatchObject({
        code: 'connection-lost',
        certainty: 'not-sent',
      }),
  )
})

describe('a connection that broke during the call', () => {
  it.each([
    'Write error: EPIPE',
    'Write failed',
    'No status information received',
    'Call cancelled',
    'write EPIPE',
    'read ETIMEDOUT',
    'closed with GOAWAY',
    'Received HTTP status code 429',
    'Received HTTP status code 502',
    'Received HTTP status code 504',
  ])('%s is lost, and nobody knows what arrived', (details) => {
    expect(failureFromStatus('a/b', { code: 2, details })).toMatchObject({
      code: 'connection-lost',
      certainty: 'unclear',
    })
  })

  it.each(['Received message that decompresses to more', 'No message received', 'Received HTTP status code 5030'])(
    '%s is no openOBD service',
    (details) => expect(failureFromStatus('a/b', { code: 2, details }).code).toBe('not-an-openobd-service'),
  )

  it.each([
    'the text says Connection dropped later',
    'it says Received RST_STREAM',
    'a Response message parsing error',
    'says No connection established',
  ])('is told by the start of the text only: %s', (details) => {
    expect(failureFromStatus('a/b', { code: 5, details }).code).toBe('not-found')
  })
})

describe('the reading of a code', () => {
  it.each([
    ['functionBroker/getFunctionBrokerToken', 3, 'no', 'wrong-credentials'],
    ['a/getSomethingTokens', 3, 'no', 'invalid-input'],
    ['x/startSessionOnTicketLater', 9, 'no', 'not-allowed-now'],
    ['a/b', 7, 'Already Authenticated', 'already-claimed'],
    ['a/b', 14, 'RESOURCE ALREADY IN USE', 'resource-in-use'],
    ['a/b', 14, 'No Free Resources', 'no-free-resources'],
    ['a/b', 14, 'Connector 1 is unreachable', 'connector-offline'],
    ['a/b', 14, 'connector 1 is not connected', 'connector-offline'],
    ['a/b', 14, 'offline: the connector', 'connection-lost'],
  ])('of %s, %i with %j is %s', (rpc, code, details, expected) => {
    expect(failureFromStatus(rpc, { code, details }).code).toBe(expected)
  })
})
