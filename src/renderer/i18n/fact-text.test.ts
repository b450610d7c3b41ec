import { describe, expect, it } from 'vitest'
import { type Fact, type FactKind, factSchema, warningSchema } from '../../shared/facts.ts'
import { languages } from '../../shared/languages.ts'
import { sessionEndKindSchema } from '../../shared/session.ts'
import { factText } from './fact-text.ts'
import { createTexts, locales } from './i18n.ts'

const kinds = factSchema.options.map((option) => option.shape.kind.value)
const serviceResult = { results: ['success' as const, 'failure' as const] }
const details: { [K in FactKind]?: object } = {
  'session-ended': { end: 'lost' },
  'finish-chosen': { serviceResult },
  'finish-sent': { serviceResult },
  'finish-confirmed': { serviceResult },
  'prompt-shown': { functionName: 'F', control: { kind: 'yesno', label: 'Is it on?' } },
  'prompt-answered': { choice: { kind: 'yesno', yes: false } },
  'answer-settled': { outcome: 'withdrawn' },
  'visitor-answered': { place: 'HB-FC 2108', choice: { kind: 'options', option: 2 } },
  'function-requested': { name: 'F' },
  'function-extent-known': { controlUnits: 10 },
  'function-found': { findings: [], leftOut: 3 },
  'function-logged': { lines: [], leftOut: 7 },
  'function-ended': { status: 'failed' },
  'warning-began': { warning: 'unplugged' },
  'warning-ended': { warning: 'slow' },
  'facts-left-out': { count: 5 },
}
const factOf = (kind: FactKind, more: object = {}): Fact =>
  ({ kind, job: 'j', sequence: 1, at: 1, actor: 'mechanic', ...details[kind], ...more }) as unknown as Fact

// @proves Jobs: Every kind of fact has a sentence in four languages
describe.each(languages)('a fact in %s', (language) => {
  const { t } = createTexts(language)
  const text = (fact: Fact) => factText(t, fact)

  it.each(kinds)('is a sentence with its values: %s', (kind) => {
    const sentence = text(factOf(kind))
    expect(sentence).not.toMatch(/\{\{|facts\.|undefined|^\s*$/)
  })

  it.each([...sessionEndKindSchema.options.map((end) => factOf('session-ended', { end })), ...warnings()])(
    'has words for %o',
    (fact) => {
      expect(text(fact)).not.toMatch(/\{\{|\w+\.\w+\.|undefined/)
    },
  )

  it('has no sentence for a kind that does not exist', () => {
    expect(Object.keys(locales[language].facts).sort()).toEqual([...kinds].sort())
  })
})

it('an answer is told as it was given', () => {
  const { t } = createTexts('en')
  const told = (choice: object) => factText(t, factOf('prompt-answered', { choice }))
  expect(told({ kind: 'yesno', yes: true })).toBe('Answered: Yes')
  expect(told({ kind: 'yesno', yes: false })).toBe('Answered: No')
  expect(told({ kind: 'options', option: 0 })).toBe('Answered: Option 1')
  expect(told({ kind: 'number', number: 12 })).toBe('Answered: 12')
  expect(told({ kind: 'freetext', text: 'as is' })).toBe('Answered: as is')
  expect(told({ kind: 'continue' })).toBe('Answered: Continue')
})

it('a choice is told in the words that were shown, and by its number when they do not say which one', () => {
  const { t } = createTexts('en')
  const answer = factOf('prompt-answered', { choice: { kind: 'options', option: 1 } })
  const told = (...options: string[]) => factText(t, answer, { kind: 'options', label: 'Which?', options })
  expect(told('Left', 'Right')).toBe('Answered: Right')
  expect(told('Same', 'Same')).toBe('Answered: Option 2')
  expect(told('Left', ' ')).toBe('Answered: Option 2')
  expect(told('Left')).toBe('Answered: Option 2')
})

it('what a function says is not told as a question, and a function without a name has words', () => {
  const { t } = createTexts('en')
  const shown = (functionName: string, kind: 'label' | 'yesno') =>
    factText(t, factOf('prompt-shown', { functionName, control: { kind, label: 'Reading', minimalDisplayTimeMs: 0 } }))
  expect(shown('F', 'label')).toBe('F: Reading')
  expect(shown('', 'yesno')).toBe('A function asked: Reading')
})

function warnings(): Fact[] {
  return warningSchema.options.map((warning) => factOf('warning-began', { warning }))
}
