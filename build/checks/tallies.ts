import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

/** Number of passed tests, and the names of the failed ones. */
export interface Tally {
  readonly passed: number
  readonly failures: string[]
  /** Names of the passed tests that failed at first. */
  readonly repeated: string[]
}

const vitestReport = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
})

/** Counts Vitest's JSON report. A file that could not be loaded is one failure; a test that did not run counts as neither. */
export function tallyOfVitest(text: string): Tally {
  const { testResults } = vitestReport.parse(JSON.parse(text))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const passed = tests.filter(({ status }) => status === 'passed')
  return {
    passed: passed.length,
    repeated: passed.filter(({ failureMessages }) => failureMessages.length > 0).map(({ fullName }) => fullName),
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

/** Counts Playwright's JSON report; an error outside of a test is a failure. Playwright calls a repeated test flaky. */
export function tallyOfPlaywright(text: string): Tally {
  const report = playwrightReport.parse(JSON.parse(text))
  const failures = report.errors.map(({ message }) => `outside of a test: ${message?.split('\n')[0] ?? 'unknown'}`)
  const repeated: string[] = []
  let passed = 0
  const visit = (suite: PlaywrightSuite, path: readonly string[]) => {
    const here = [...path, suite.title]
    for (const { title, tests } of suite.specs ?? []) {
      for (const { status } of tests) {
        const name = [...here, title].join(' › ')
        if (status === 'flaky') repeated.push(name)
        if (status === 'expected' || status === 'flaky') passed += 1
        else if (status !== 'skipped') failures.push(name)
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, here)
  }
  for (const suite of report.suites) visit(suite, [])
  return { passed, failures, repeated }
}

const junitCase = z.looseObject({
  classname: z.string().default(''),
  name: z.string().default(''),
  properties: z
    .array(z.looseObject({ property: z.array(z.looseObject({ name: z.string() })).default([]) }))
    .default([]),
})
interface JunitSuite {
  readonly testcase: z.infer<typeof junitCase>[]
  readonly testsuite: JunitSuite[]
}
const junitSuite: z.ZodType<JunitSuite> = z.lazy(() =>
  z.preprocess(
    (suite) => (suite === '' ? {} : suite),
    z.looseObject({ testcase: z.array(junitCase).default([]), testsuite: z.array(junitSuite).default([]) }),
  ),
)
const junitReport = z.union([
  z.object({ testsuites: junitSuite }).transform(({ testsuites }) => testsuites.testsuite),
  z.object({ testsuite: z.array(junitSuite) }).transform(({ testsuite }) => testsuite),
])

/** Elements that may occur once or more often; attributes are unconverted texts. */
const junitXml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  isArray: (name) => ['testsuite', 'testcase', 'properties', 'property'].includes(name),
})

const casesOf = ({ testcase, testsuite }: JunitSuite): JunitSuite['testcase'] => [
  ...testcase,
  ...testsuite.flatMap(casesOf),
]

/**
 * Counts pytest's JUnit report by the names of tests: a failure and an error of a teardown are one failure, and both attempts of
 * a repeated test (a property marks the second) are one test. Throws for an incomplete report.
 */
export function tallyOfJunit(text: string): Tally {
  const names = { passed: new Set<string>(), failed: new Set<string>(), repeated: new Set<string>() }
  const suites = junitReport.parse(junitXml.parse(text, true))
  for (const { classname, name: title, properties, ...outcome } of suites.flatMap(casesOf)) {
    const name = `${classname} › ${title}`
    if ('failure' in outcome || 'error' in outcome) names.failed.add(name)
    else if (!('skipped' in outcome)) names.passed.add(name)
    const isRepeated = properties.some(({ property }) => property.some((one) => one.name === 'repeated'))
    if (isRepeated) names.repeated.add(name)
  }
  const passed = [...names.passed].filter((name) => !names.failed.has(name))
  return {
    passed: passed.length,
    failures: [...names.failed],
    repeated: passed.filter((name) => names.repeated.has(name)),
  }
}
