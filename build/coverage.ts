/**
 * Writes docs/coverage.md: each promise with the files whose tests fail when it is broken. A test says what it proves in a
 * comment right above it, `@proves <chapter>: <promise>`; several tests may prove one promise. With `--check` nothing is
 * written, and a page that is not up to date or a comment that belongs to no test is an error.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs/coverage.md')
const testFiles = ['{src,build,e2e,tests}/**/*.{test,spec}.{ts,tsx}', 'tests/interop/test_*.py']

/** In the order of the page. */
const chapters = [
  'Stories',
  'Protocol and engine',
  'The whole protocol',
  'Security',
  'Sessions and links',
  'Jobs',
  'Gateway',
  'Faults',
  'Window',
  'Bad input',
  'Delivery',
]

/** The statements of the security checklist; each has a row, or the page cannot be made. */
const statements = (
  '01 02 03 04 05 06 10 11 12 13 14 15 16 20 21 22 23 24 25 26 27 28 29 30 31 32 33 40 40b 41 42 43 44 45 46 47 48 ' +
  '50 51 52 53 54 55 56 60 61 62 63 64 65 66 67 68 69 70 71 72'
)
  .split(' ')
  .map((number) => `A${number}`)

/** The statements without a row on a page. */
export const missingStatements = (page: string): string[] => {
  const rows = page.split('\n').filter((line) => line.startsWith('- A'))
  const named = new Set(rows.flatMap((row) => /^- ((?:A\d+b?(?:, )?)+)/.exec(row)?.[1]?.split(', ') ?? []))
  return statements.filter((statement) => !named.has(statement))
}

const annotation = /^\s*(?:\/\/|#) @proves (?:([^:]+): (.+))?$/
const startOfTest = /^\s*(?:(?:it|test|describe)\b[\w.]*\s*[(<`]|@pytest\.|(?:async )?def test_|@)/

/** The promises in the comments of one test file, and the problems of these comments. */
export function readAnnotations(text: string): { proofs: { chapter: string; promise: string }[]; problems: string[] } {
  const lines = text.split('\n')
  const proofs: { chapter: string; promise: string }[] = []
  const problems: string[] = []
  for (const [index, line] of lines.entries()) {
    if (!/^\s*(?:\/\/|#).*@proves/.test(line)) continue
    const [, chapter = '', promise = ''] = annotation.exec(line) ?? []
    const next = lines.slice(index + 1).find((other) => !annotation.test(other)) ?? ''
    if (!chapters.includes(chapter)) problems.push(`line ${index + 1} names no chapter of the page: ${line.trim()}`)
    else if (!startOfTest.test(next)) problems.push(`line ${index + 1} stands above no test: ${line.trim()}`)
    else proofs.push({ chapter, promise })
  }
  return { proofs, problems }
}

/** The page made of the comments of all test files, and their problems. */
export function coveragePage(files: ReadonlyMap<string, string>): { text: string; problems: string[] } {
  const provedBy = new Map<string, Set<string>>()
  const problems: string[] = []
  for (const [file, content] of files) {
    const read = readAnnotations(content)
    problems.push(...read.problems.map((problem) => `${file}: ${problem}`))
    for (const { chapter, promise } of read.proofs) {
      const key = `${chapter}: ${promise}`
      provedBy.set(key, (provedBy.get(key) ?? new Set()).add(basename(file)))
    }
  }
  const rows = (chapter: string) =>
    [...provedBy]
      .filter(([key]) => key.startsWith(`${chapter}: `))
      .map(([key, names]) => `- ${key.slice(chapter.length + 2)} · ${[...names].sort().join(', ')}`)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const body = chapters.map((chapter) => `## ${chapter}\n\n${rows(chapter).join('\n')}\n`).join('\n')
  return { text: `${introduction}\n${body}`, problems }
}

const introduction = `# What is promised, and what proves it

Each line is a promise and the files with the tests that fail when it is broken; search a file for the words of the promise
to find its test. What no test here can prove is in [unproven.md](unproven.md), what was measured in
[measurements.md](measurements.md), gRPC's own interop cases in [grpc-interop.md](grpc-interop.md).

\`npm run coverage\` writes this page from the \`@proves\` comments above the tests.
`

/** The test files of the repository with their contents. */
function readTestFiles(): Map<string, string> {
  const files = globSync(testFiles, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { text, problems } = coveragePage(readTestFiles())
  problems.push(...missingStatements(text).map((statement) => `No test names the statement ${statement}.`))
  const isChecking = process.argv.includes('--check')
  if (isChecking && readFileSync(page, 'utf8') !== text)
    problems.push('docs/coverage.md is not up to date: run "npm run coverage".')
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else if (!isChecking) writeFileSync(page, text)
}
