import { describe, expect, it } from 'vitest'
import { verdict } from './runners.ts'
import { tallyOfJunit, tallyOfPlaywright, tallyOfVitest } from './tallies.ts'

describe('the count of a Vitest report', () => {
  const file = (status: string, assertions: [string, string][], message = '') => ({
    name: 'a.test.ts',
    status,
    message,
    assertionResults: assertions.map(([fullName, state]) => ({ fullName, status: state })),
  })
  const report = (...testResults: object[]) => JSON.stringify({ success: true, testResults })

  it('names what failed and leaves out what did not run', () => {
    const text = report(
      file('failed', [
        ['works', 'passed'],
        ['breaks', 'failed'],
        ['later', 'skipped'],
      ]),
    )
    expect(tallyOfVitest(text)).toEqual({ passed: 1, failures: ['breaks'] })
  })
  it('counts a file that cannot be loaded as a failure', () => {
    const text = report(file('passed', [['works', 'passed']]), file('failed', [], 'SyntaxError: odd\n at x'))
    expect(tallyOfVitest(text)).toEqual({ passed: 1, failures: ['a.test.ts could not be run: SyntaxError: odd'] })
  })
  it('refuses a text that is no report', () => {
    expect(() => tallyOfVitest('{}')).toThrow()
  })
})

describe('the count of a Playwright report', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status, projectName: 'application' }] })
  const report = (specs: object[], errors: object[] = []) =>
    JSON.stringify({ suites: [{ title: 'a.spec.ts', suites: [{ title: 'story', specs }], specs: [] }], errors })

  it('counts tests of inner suites, and flaky ones as failures', () => {
    const text = report([spec('works', 'expected'), spec('breaks', 'unexpected'), spec('wobbles', 'flaky')])
    expect(tallyOfPlaywright(text)).toEqual({
      passed: 1,
      failures: ['a.spec.ts › story › breaks', 'a.spec.ts › story › wobbles'],
    })
  })
  it('counts an error outside of the tests as a failure', () => {
    expect(tallyOfPlaywright(report([], [{ message: 'no such file\nstack' }])).failures).toEqual([
      'outside of a test: no such file',
    ])
  })
})

describe('the count of a JUnit report', () => {
  it('tells passed, failed, broken and skipped cases apart', () => {
    const text = `<testsuites><testsuite>
      <testcase classname="t.A" name="works" time="0.1" />
      <testcase classname="t.A" name="works &quot;too&quot;" time="0.1"><system-out>error failure</system-out></testcase>
      <testcase classname="t.A" name="breaks"><failure message="no">trace</failure><error message="teardown"/></testcase>
      <testcase classname="t.A" name="crashes"><error message="setup">trace</error></testcase>
      <testcase classname="t.A" name="later"><skipped message="why"/></testcase>
    </testsuite></testsuites>`
    expect(tallyOfJunit(text)).toEqual({ passed: 2, failures: ['t.A › breaks', 't.A › crashes'] })
  })
})

describe('the verdict on a runner', () => {
  const report = { file: 'x', read: tallyOfVitest }

  it.each([
    ['crashed without a report', 139, undefined, 'unit: no report (exit code 139)'],
    ['ran nothing', 0, { passed: 0, failures: [] }, 'unit: ran no test'],
    [
      'failed although each test passed',
      1,
      { passed: 3, failures: [] },
      'unit: exit code 1 although every test passed',
    ],
  ])('is a failure when it %s', (_what, exitCode, tally, failure) => {
    expect(verdict({ name: 'unit', report }, exitCode, tally).failures).toEqual([failure])
  })
  it('counts a runner without a report as one test', () => {
    expect(verdict({ name: 'types' }, 0, undefined)).toEqual({ passed: 1, failures: [] })
    expect(verdict({ name: 'types' }, 2, undefined)).toEqual({ passed: 0, failures: ['types: exit code 2'] })
  })
})
