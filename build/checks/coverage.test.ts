import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { coveragePage, missingStatements } from '../coverage.ts'

const root = join(import.meta.dirname, '../..')

/** Each table row of a document, with the tests that it names by file and words of their title. */
function rowsOf(document: string) {
  const text = readFileSync(join(root, document), 'utf8')
  const named = [...text.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, path = '', title = '']) => [path, title] as const)
  return { named, rows: text.split('\n').filter((line) => /^\| (?!---|promise|fault |input |case )/.test(line)) }
}

const namesATestThatExists = (path: string, title: string): void =>
  expect(readFileSync(join(root, path), 'utf8')).toContain(title)

describe('the statements of the security checklist', () => {
  it('are missed one by one', () => {
    const page = readFileSync(join(root, 'docs/coverage.md'), 'utf8')
    expect(missingStatements(page)).toEqual([])
    expect(missingStatements(page.replace('- A40b ', '- B '))).toEqual(['A40b'])
    expect(missingStatements(page.replace('- A20, A21 ', '- A20 '))).toEqual(['A21'])
    expect(missingStatements('').length).toBeGreaterThan(50)
  })
})

describe('the page of promises', () => {
  const page = (text: string) => coveragePage(new Map([['src/a.test.ts', text]]))

  it('has one line per promise, with the files that prove it', () => {
    const first = "// @proves Stories: A car is found\nit('finds it', () => {})"
    const second =
      '# @proves Stories: A car is found\n# @proves Security: Nothing leaks\n@pytest.mark.slow\ndef test_it():'
    const { text, problems } = coveragePage(
      new Map([
        ['src/a.test.ts', first],
        ['tests/interop/test_b.py', second],
      ]),
    )
    expect(problems).toEqual([])
    expect(text).toContain('## Stories\n\n- A car is found · a.test.ts, test_b.py\n')
    expect(text).toContain('## Security\n\n- Nothing leaks · test_b.py\n')
  })

  it.each([
    ['stands above no test', '// @proves Stories: A car is found\nconst car = 1'],
    ['stands above no test', '// @proves Stories: A car is found'],
    ['names no chapter of the page', "// @proves Tales: A car is found\nit('finds it', () => {})"],
    ['names no chapter of the page', "// @proves that a car is found\nit('finds it', () => {})"],
  ])('refuses a comment that %s', (problem, text) => expect(page(text).problems.join()).toContain(problem))
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
