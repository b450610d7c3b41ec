import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Every row of the tables of a document, and the tests that it names by file and words of their title. */
function rowsOf(document: string) {
  const text = readFileSync(join(root, document), 'utf8')
  const named = [...text.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, path = '', title = '']) => [path, title] as const)
  return { named, rows: text.split('\n').filter((line) => /^\| (?!---|promise|fault |input |case )/.test(line)) }
}

const namesATestThatExists = (path: string, title: string): void =>
  expect(readFileSync(join(root, path), 'utf8')).toContain(title)

describe('docs/coverage.md', () => {
  const { named, rows } = rowsOf('docs/coverage.md')

  it('has rows that name tests', () => {
    expect(rows.length).toBeGreaterThan(70)
    const without = rows.filter((row) => !row.includes('“') && !/`npm run perf`|workflow `e2e`/.test(row))
    expect(without).toEqual([])
  })

  it.each(named)('names a test of %s that exists: %s', namesATestThatExists)
})

describe('docs/grpc-interop.md', () => {
  const { named, rows } = rowsOf('docs/grpc-interop.md')
  const cells = rows.map((row) => row.split(/ \| /).map((cell) => cell.replace(/^\| | \|$/g, '')))

  it('has a row for each of gRPC’s interop cases, in their order', () => {
    const cases = `empty_unary cacheable_unary large_unary client_compressed_unary server_compressed_unary
      client_streaming client_compressed_streaming server_streaming server_compressed_streaming ping_pong empty_stream
      compute_engine_creds jwt_token_creds oauth2_auth_token per_rpc_creds custom_metadata status_code_and_message
      special_status_message unimplemented_method unimplemented_service cancel_after_begin cancel_after_first_response
      timeout_on_sleeping_server concurrent_large_unary`
    const postponed = [
      'resilience to buggy peers',
      'reconnect after transport failure',
      'reconnect back-off',
      'fuzzing',
    ]
    const expected = [...cases.split(/\s+/).map((name) => `\`${name}\``), 'flow-control push-back', ...postponed]
    expect(cells.map(([name]) => name)).toEqual(expected)
  })

  it('names tests in both directions, or says that a case does not apply', () => {
    expect(cells.filter((row) => row.length !== 4)).toEqual([])
    const proofs = cells.flatMap(([, , engine, client]) => [engine, client])
    expect(proofs.filter((proof) => !/“|^not applicable/.test(proof ?? ''))).toEqual([])
  })

  it.each(named)('names a test of %s that exists: %s', namesATestThatExists)
})
