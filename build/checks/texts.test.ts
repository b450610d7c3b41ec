import { describe, expect, it } from 'vitest'
import { keysOf, textFindings } from './texts.ts'

const keys = ['start.title', 'start.lead', 'result.success', 'cars']
const problems = (source: string, known = keys) =>
  textFindings(new Map([['A.tsx', source]]), known).map(({ problem, text }) => `${problem}: ${text}`)
/** A template with a value at its end, without the value being one here. */
const template = (text: string) => `t(\`${text}$\{one}\`)`
const all = `t('start.title'); t('start.lead'); ${template('result.')}; t('cars', { count })`

describe('the texts of the window', () => {
  it('are fine when each key is used and no word is hard-coded', () => {
    expect(problems(`${all}; const a = <p className="big red">{t('start.title')} · 12 V {'—'}</p>`)).toEqual([])
  })

  it('count a key once for singular and plural', () => {
    expect(keysOf({ cars_one: '1 car', cars_other: '{{count}} cars', start: { title: 'Start' } })).toEqual([
      'cars',
      'start.title',
    ])
  })

  it.each([
    ['a key that does not exist', `${all}; t('start.gone')`, ['missing: start.gone']],
    ['one side of a condition', `${all}; t(isNew ? 'start.title' : 'start.old')`, ['missing: start.old']],
    ['a key that nothing uses', `t('start.title'); ${template('result.')}; t('cars')`, ['unused: start.lead']],
    [
      'a template of another group',
      `t('start.title'); t('start.lead'); ${template('end.')}; t('cars')`,
      ['unused: result.success'],
    ],
    ['a template without a group', `t(\`\${group}.\${name}\`)`, keys.map((key) => `unused: ${key}`)],
    ['words between tags', `${all}; const a = <p>Hello there</p>`, ['hard-coded: Hello there']],
    ['words in braces', `${all}; const a = <p>{isNew ? 'New' : 'Old one'}</p>`, ['hard-coded: New']],
    ['words in a template', `${all}; const a = <p>{\`Ticket \${number}\`}</p>`, ['hard-coded: Ticket']],
    ['a name for screen readers', `${all}; const a = <a aria-label="Close">×</a>`, ['hard-coded: Close']],
    ['a title in braces', `${all}; const a = <Panel title={'Car'} />`, ['hard-coded: Car']],
  ])('show %s', (_what, source, expected) => {
    expect(problems(source)).toEqual(expected)
  })
})
