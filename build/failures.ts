/**
 * Writes docs/failures.md: what a person reads for every failure and every cause of a failed connection, in the four languages of the
 * window, from the texts of the window themselves. With `--check` nothing is written, and a page that is not up to date is an error.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { locales } from '../src/renderer/i18n/i18n.ts'
import { connectionCauses, isLastingCause, stepOfCause } from '../src/shared/connection-cause.ts'
import { languages } from '../src/shared/languages.ts'
import { failureCodeSchema, lasts } from '../src/shared/outcome.ts'
import { pemProblems } from '../src/shared/usual-way.ts'

const page = join(import.meta.dirname, '../docs/failures.md')

const names = { en: 'English', de: 'Deutsch', nl: 'Nederlands', fr: 'Français' } as const

/** A sentence in a cell of a table; what the application fills in is written as an example. */
const cell = (text: string): string =>
  text.replaceAll('{{proxy}}', 'proxy.example:8080').replaceAll('{{reason}}', '…').replaceAll('|', '\\|')

const table = (title: string, rows: readonly { readonly name: string; readonly texts: readonly string[] }[]): string =>
  `## ${title}\n\n${rows.map(({ name, texts }) => `### ${name}\n\n${texts.map((text, index) => `- ${names[languages[index] ?? 'en']}: ${cell(text)}`).join('\n')}\n`).join('\n')}`

/** Every sentence for a failure, by language; used by the test of their words. */
export function failureSentences(): { readonly key: string; readonly texts: readonly string[] }[] {
  const all = (group: 'cause' | 'failure' | 'pem', keys: readonly string[]) =>
    keys.map((key) => ({
      key: `${group}.${key}`,
      texts: languages.map((language) => (locales[language][group] as Readonly<Record<string, string>>)[key] ?? ''),
    }))
  return [...all('cause', connectionCauses), ...all('failure', failureCodeSchema.options), ...all('pem', pemProblems)]
}

/** The page. */
export function failuresPage(): string {
  const sentences = new Map(failureSentences().map(({ key, texts }) => [key, texts]))
  const of = (key: string) => sentences.get(key) ?? []
  const causes = connectionCauses.map((cause) => ({
    name: `\`${cause}\` · step \`${stepOfCause[cause]}\` · ${isLastingCause(cause) ? 'until a person changes something' : 'tried again'}`,
    texts: of(`cause.${cause}`),
  }))
  const failures = failureCodeSchema.options.map((code) => ({
    name: `\`${code}\`${lasts({ code }) ? ' · until a person changes something' : ''}`,
    texts: of(`failure.${code}`),
  }))
  const files = pemProblems.map((problem) => ({ name: `\`${problem}\``, texts: of(`pem.${problem}`) }))
  return `${introduction}\n${table('Why a connection cannot be made', causes)}\n${table('Failures', failures)}\n${table('Files with certificates', files)}`
}

const introduction = `# What a person reads when something fails

Every failure has one sentence in each language of the window: what is wrong, and what to do. A failed connection has the sentence of its
cause in place of that of its code; \`explainFailure\` (src/openobd/grpc/explain-failure.ts) finds the cause, and the test of a connection shows the
step at which it is found.

\`npm run failures\` writes this page from the texts of the window.
`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = failuresPage()
  if (!process.argv.includes('--check')) writeFileSync(page, text)
  else if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/failures.md is not up to date: run "npm run failures".')
    process.exitCode = 1
  }
}
