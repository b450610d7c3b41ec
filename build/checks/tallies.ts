import { z } from 'zod'

/** How many tests passed, and the names of those that did not. */
export interface Tally {
  readonly passed: number
  readonly failures: string[]
}

const vitestReport = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

/** Counts Vitest's JSON report. A file that could not be loaded is one failure; what did not run is none and no pass. */
export function tallyOfVitest(text: string): Tally {
  const { testResults } = vitestReport.parse(JSON.parse(text))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failures: [
      ...tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
      ...broken.map(({ name, message }) => `${name} could not be run: ${message?.split('\n')[0] ?? ''}`),
    ],
  }
}

interface PlaywrightSuite {
  readonly title: string
  readonly suites?: PlaywrightSuite[]
  readonly specs?: {
    readonly title: string
    readonly tests: { readonly status: string; readonly projectName: string }[]
  }[]
}
const playwrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    title: z.string(),
    suites: z.array(playwrightSuite).optional(),
    specs: z
      .array(
        z.object({
          title: z.string(),
          tests: z.array(z.object({ status: z.string(), projectName: z.string() })),
        }),
      )
      .optional(),
  }),
)
const playwrightReport = z.object({
  suites: z.array(playwrightSuite),
  errors: z.array(z.object({ message: z.string().optional() })),
})

/** Counts Playwright's JSON report; an error outside of a test is a failure, a flaky test is one too. */
export function tallyOfPlaywright(text: string): Tally {
  const report = playwrightReport.parse(JSON.parse(text))
  const failures = report.errors.map(({ message }) => `outside of a test: ${message?.split('\n')[0] ?? 'unknown'}`)
  let passed = 0
  const visit = (suite: PlaywrightSuite, path: readonly string[]) => {
    const here = [...path, suite.title]
    for (const { title, tests } of suite.specs ?? []) {
      for (const { status } of tests) {
        if (status === 'expected') passed += 1
        else if (status !== 'skipped') failures.push([...here, title].join(' › '))
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, here)
  }
  for (const suite of report.suites) visit(suite, [])
  return { passed, failures }
}

const attribute = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]

/** Counts pytest's JUnit report; a test with a failure and an error (of its teardown) is one failure. */
export function tallyOfJunit(text: string): Tally {
  const failures: string[] = []
  let passed = 0
  for (const [, tag = '', body = ''] of text.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = `${attribute(tag, 'classname') ?? ''} › ${attribute(tag, 'name') ?? ''}`
    if (/<(failure|error)\b/.test(body)) failures.push(name)
    else if (!/<skipped\b/.test(body)) passed += 1
  }
  return { passed, failures: [...new Set(failures)] }
}
