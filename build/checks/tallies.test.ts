import { describe, expect, it } from 'vitest'
import { verdict } from './runners.ts'
import { tallyOfJunit, tallyOfPlaywright, tallyOfVitest } from './tallies.ts'

describe('the count of a Vitest report', () => {
  const file = (status: string, assertions: [string, string, ...string[]][], message = '') => ({
    name: 'a.test.ts',
    status,
    message,
    assertionResults: assertions.map(([fullName, state, ...failureMessages]) => ({
      fullName,
      status: state,
      failureMessages,
    })),
  })
  const report = (...testResults: object[]) => JSON.stringify({ success: true, testResults })

  it('names what failed and leaves out what did not run', () => {
    const text = report(
      file('failed', [
        ['works', 'passed'],
        ['breaks', 'failed', 'odd', 'odd again'],
        ['later', 'skipped'],
      ]),
    )
    expect(tallyOfVitest(text)).toEqual({ passed: 1, failures: ['breaks'], repeated: [] })
  })
  it('names what passed only when it was repeated', () => {
    const text = report(
      file('passed', [
        ['works', 'passed'],
        ['wobbles', 'passed', 'odd'],
      ]),
    )
    expect(tallyOfVitest(text)).toEqual({ passed: 2, failures: [], repeated: ['wobbles'] })
  })
  it('counts a file that cannot be loaded as a failure', () => {
    const text = report(file('passed', [['works', 'passed']]), file('failed', [], 'SyntaxError: odd\n at x'))
    expect(tallyOfVitest(text)).toMatchObject({ passed: 1, failures: ['a.test.ts could not be run: SyntaxError: odd'] })
  })
  it('refuses a text that is no report', () => {
    expect(() => tallyOfVitest('{}')).toThrow()
  })
})

describe('the count of a Playwright report', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status, projectName: 'application' }] })
  const report = (specs: object[], errors: object[] = []) =>
    JSON.stringify({ suites: [{ title: 'a.spec.ts', suites: [{ title: 'story', specs }], specs: [] }], errors })

  it('counts tests of inner suites, and names those that passed only when they were repeated', () => {
    const states = { works: 'expected', breaks: 'unexpected', wobbles: 'flaky', later: 'skipped', odd: 'unheard of' }
    expect(tallyOfPlaywright(report(Object.entries(states).map(([title, status]) => spec(title, status))))).toEqual({
      passed: 2,
      failures: ['a.spec.ts › story › breaks', 'a.spec.ts › story › odd'],
      repeated: ['a.spec.ts › story › wobbles'],
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
      <testcase classname="t.A" name="wobbles" time="0.1" />
      <testcase classname="t.A" name="wobbles"><properties><property name="repeated" value="1"/></properties></testcase>
      <testcase classname="t.A" name="breaks"><failure message="no">trace</failure><error message="teardown"/></testcase>
      <testcase classname="t.A" name="breaks"><properties><property name="repeated" value="1"/></properties><failure/></testcase>
      <testcase classname="t.A" name="crashes"><error message="setup">trace</error></testcase>
      <testcase classname="t.A" name="later"><skipped message="why"/></testcase>
    </testsuite></testsuites>`
    expect(tallyOfJunit(text)).toEqual({
      passed: 3,
      failures: ['t.A › breaks', 't.A › crashes'],
      repeated: ['t.A › wobbles'],
    })
  })

  it('reads what a test printed as text, and finds the cases of suites inside suites', () => {
    const text = `<?xml version="1.0"?><testsuites name="pytest"><testsuite>
      <testcase classname="t.B" name="prints &lt;a&gt;"><system-out><![CDATA[<testcase name="none"><failure/></testcase>]]></system-out></testcase>
      <testsuite><testcase classname='t.B' name='is &amp; stays &gt; 1'><system-out>&lt;failure/&gt;</system-out></testcase>
      <!-- <testcase classname="t.B" name="is left out"><failure/></testcase> -->
      <testcase classname="t.B" name="breaks &quot;here&quot;"><failure message="1 > 2">${'&lt;'.repeat(5000)}</failure></testcase></testsuite>
    </testsuite></testsuites>`
    expect(tallyOfJunit(text)).toEqual({ passed: 2, failures: ['t.B › breaks "here"'], repeated: [] })
  })

  it('may have one suite as its root, or a suite without cases', () => {
    expect(tallyOfJunit('<testsuite><testcase classname="t.C" name="works"/></testsuite>').passed).toBe(1)
    expect(tallyOfJunit('<testsuites><testsuite tests="0"></testsuite></testsuites>').passed).toBe(0)
  })

  it.each([
    ['that is cut off', '<testsuites><testsuite><testcase classname="t.A" name="works"/>'],
    ['of something else', '<html></html>'],
    ['that is empty', ''],
  ])('refuses a text %s', (_what, text) => {
    expect(() => tallyOfJunit(text)).toThrow()
  })
})

describe('the verdict on a runner', () => {
  const report = { file: 'x', read: tallyOfVitest }

  it.each([
    ['crashed without a report', 139, undefined, 'unit: no report (exit code 139)'],
    ['ran nothing', 0, { passed: 0, failures: [], repeated: [] }, 'unit: ran no test'],
    [
      'failed although each test passed',
      1,
      { passed: 3, failures: [], repeated: [] },
      'unit: exit code 1 although every test passed',
    ],
  ])('is a failure when it %s', (_what, exitCode, tally, failure) => {
    expect(verdict({ name: 'unit', report }, exitCode, tally).failures).toEqual([failure])
  })
  it('hands on what was repeated, under the name of the runner', () => {
    const tally = { passed: 3, failures: [], repeated: ['wobbles'] }
    expect(verdict({ name: 'unit', report }, 0, tally)).toEqual({ ...tally, repeated: ['unit: wobbles'] })
  })
  it('counts a runner without a report as one test', () => {
    expect(verdict({ name: 'types' }, 0, undefined)).toMatchObject({ passed: 1, failures: [] })
    expect(verdict({ name: 'types' }, 2, undefined)).toMatchObject({ passed: 0, failures: ['types: exit code 2'] })
  })
})
