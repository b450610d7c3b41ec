import { describe, expect, it } from 'vitest'
import type { CarLink, CarLinkProblem } from '../../shared/car-link.ts'
import type { NewFact, Warning } from '../../shared/facts.ts'
import { linkFacts } from './link-facts.ts'

const link = (state: CarLink['state'], problems: CarLinkProblem[] = [], volts?: number): CarLink => ({
  state,
  problems,
  running: 'fine',
  ...(volts === undefined ? {} : { voltage: { value: volts } }),
})
const fact = <K extends NewFact['kind']>(kind: K, more: object = {}) => ({
  kind,
  actor: 'application',
  session: 'h',
  ...more,
})

describe('the facts of car and link', () => {
  it.each<[string, { isLinkLost: boolean; warnings: Warning[] }, CarLink, object[]]>([
    ['nothing changed', { isLinkLost: false, warnings: [] }, link('good'), []],
    ['nothing was heard', { isLinkLost: true, warnings: ['slow'] }, link('waiting'), []],
    ['there is no link', { isLinkLost: true, warnings: ['slow'] }, link('none'), []],
    ['the link is lost', { isLinkLost: false, warnings: [] }, link('lost', ['lost']), [fact('link-lost')]],
    [
      'the link breaks',
      { isLinkLost: false, warnings: [] },
      link('reconnecting', ['reconnecting']),
      [fact('link-lost')],
    ],
    ['the link stays lost', { isLinkLost: true, warnings: ['slow'] }, link('lost', ['lost']), []],
    [
      'the link comes back with another problem',
      { isLinkLost: true, warnings: ['unplugged', 'slow'] },
      link('voltage-high', ['voltage-high', 'slow'], 16.1),
      [
        fact('link-restored'),
        fact('warning-ended', { warning: 'unplugged' }),
        fact('warning-began', { warning: 'voltage-high', voltage: 16.1 }),
      ],
    ],
    [
      'only a warning about the voltage has the voltage',
      { isLinkLost: false, warnings: [] },
      link('ignition-off', ['ignition-off'], 12.1),
      [fact('warning-began', { warning: 'ignition-off' })],
    ],
    [
      'the voltage is not known',
      { isLinkLost: false, warnings: [] },
      link('voltage-low', ['voltage-low']),
      [fact('warning-began', { warning: 'voltage-low' })],
    ],
    ['a warning goes on', { isLinkLost: false, warnings: ['slow'] }, link('slow', ['slow']), []],
  ])('when %s', (_title, recorded, present, expected) => {
    expect(linkFacts('h', recorded, present)).toStrictEqual(expected)
  })
})
