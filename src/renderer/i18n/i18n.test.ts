import { describe, expect, it } from 'vitest'
import { endpointViewSchema, settingsSchema } from '../../shared/app-state.ts'
import { carLinkStates } from '../../shared/car-link.ts'
import { connectionCauses } from '../../shared/connection-cause.ts'
import { languages } from '../../shared/languages.ts'
import { failureCodeSchema, nextActionSchema } from '../../shared/outcome.ts'
import { promptEndReasonSchema } from '../../shared/prompt.ts'
import { resultSchema, userFeedbackSchema } from '../../shared/service-result.ts'
import {
  ecuViewSchema,
  functionRunSchema,
  sessionEndSchema,
  sessionPhaseSchema,
  sessionStateSchema,
  tokenHealthSchema,
} from '../../shared/session.ts'
import { formatAge, formatCountdown, formatDuration, formatTime } from './format.ts'
import { createTexts, languageNames, locales } from './i18n.ts'

function leaves(node: object, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(node)) {
    const name = path === '' ? key : `${path}.${key}`
    if (typeof value === 'string') found.set(name, value)
    else for (const [inner, text] of leaves(value, name)) found.set(inner, text)
  }
  return found
}

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort()
const english = leaves(locales.en)
const mayBeEmpty = new Set(['action.none'])

describe('the languages', () => {
  it('are the languages of the settings', () => {
    expect(Object.keys(locales).sort()).toEqual([...languages].sort())
    expect(Object.keys(languageNames).sort()).toEqual([...languages].sort())
  })

  it.each(languages)('%s has the same keys as English', (language) => {
    expect([...leaves(locales[language]).keys()].sort()).toEqual([...english.keys()].sort())
  })

  it.each(languages)('%s fills the same placeholders as English', (language) => {
    for (const [key, text] of leaves(locales[language])) {
      expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')])
    }
  })

  it.each(languages)('%s has no empty text', (language) => {
    const empty = [...leaves(locales[language])].filter(([key, text]) => text.trim() === '' && !mayBeEmpty.has(key))
    expect(empty).toEqual([])
  })

  it.each(['de', 'nl', 'fr'] as const)('%s is translated', (language) => {
    const same = [...leaves(locales[language])].filter(
      ([key, text]) => text === english.get(key) && /\w{4,} \w{4,} \w/.test(text),
    )
    expect(same.map(([key]) => key).filter((key) => key !== 'app.name')).toEqual([])
  })
})

describe('every value of the contract has a text', () => {
  const names: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['failure', failureCodeSchema.options],
    ['cause', connectionCauses],
    ['action', nextActionSchema.options],
    ['result', resultSchema.options],
    ['feedback', userFeedbackSchema.options],
    ['prompt.gone', promptEndReasonSchema.options],
    ['end.title', sessionEndSchema.shape.kind.options],
    ['end.text', sessionEndSchema.shape.kind.options],
    ['session.phase', sessionPhaseSchema.options],
    ['state', sessionStateSchema.options],
    ['token', tokenHealthSchema.options],
    ['link.state', carLinkStates],
    ['functions.status', functionRunSchema.shape.status.options],
    ['server', endpointViewSchema.shape.status.options],
    ['settings.themes', settingsSchema.shape.theme.options],
    ['car.transport', ecuViewSchema.shape.transport.options],
  ]
  it.each(names)('%s', (group, members) => {
    for (const member of members) expect([...english.keys()]).toContain(`${group}.${member}`)
  })
})

describe('createTexts', () => {
  it('puts the values of a failure into its text', () => {
    const texts = createTexts('de')
    expect(texts.t('start.startTicket', { number: '<b>1</b>' })).toBe('Sitzung starten: Ticket <b>1</b>')
  })

  it('distinguishes singular and plural', () => {
    const texts = createTexts('en')
    expect(texts.t('car.ecuCount', { count: 1 })).toBe('1 control unit found')
    expect(texts.t('car.ecuCount', { count: 8 })).toBe('8 control units found')
  })
})

describe('times', () => {
  const { t } = createTexts('en')
  it.each([
    [299_001, '5:00'],
    [61_000, '1:01'],
    [1, '0:01'],
    [0, '0:00'],
    [-5000, '0:00'],
  ])('count down %i ms as %s', (ms, text) => expect(formatCountdown(ms)).toBe(text))

  it.each([
    [-1, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h 0 min'],
    [5_400_000, '1 h 30 min'],
  ])('last %i ms as %s', (ms, text) => expect(formatDuration(t, ms)).toBe(text))

  it('are in the past or just now', () => {
    expect(formatAge(t, 500)).toBe('just now')
    expect(formatAge(t, 65_000)).toBe('1 min ago')
  })

  it('use 24 hours in every language', () => {
    const evening = new Date(2026, 0, 1, 20, 5, 9).getTime()
    for (const language of languages) expect(formatTime(evening, language)).toBe('20:05:09')
  })
})
