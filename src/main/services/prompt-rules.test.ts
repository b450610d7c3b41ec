import { expect, it } from 'vitest'
import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import { fitsControl, labelOf } from './prompt-rules.ts'

const controls: Record<PromptControl['kind'], PromptControl> = {
  label: { kind: 'label', label: 'Wait', minimalDisplayTimeMs: 0 },
  unknown: { kind: 'unknown' },
  yesno: { kind: 'yesno', label: 'On?' },
  continue: { kind: 'continue', label: 'Go on' },
  freetext: { kind: 'freetext', label: 'Name' },
  options: { kind: 'options', label: 'Which?', options: ['a', 'b'] },
  number: { kind: 'number', label: 'How many?', minimum: -1, maximum: 3 },
}
const choices: Record<PromptChoice['kind'], PromptChoice> = {
  yesno: { kind: 'yesno', yes: false },
  continue: { kind: 'continue' },
  freetext: { kind: 'freetext', text: ' ' },
  options: { kind: 'options', option: 0 },
  number: { kind: 'number', number: 0 },
}
const kinds = Object.keys(controls) as PromptControl['kind'][]
const answers = Object.keys(choices) as PromptChoice['kind'][]

it.each(kinds.flatMap((kind) => answers.map((answer) => [kind, answer] as const)))(
  'a control of kind %s is answered by %s only when that is its kind',
  (kind, answer) => {
    expect(fitsControl(controls[kind], choices[answer])).toBe(kind === answer)
  },
)

it.each<[PromptControl['kind'], PromptChoice, boolean]>([
  ['freetext', { kind: 'freetext', text: '' }, false],
  ['freetext', { kind: 'freetext', text: 'x' }, true],
  ['options', { kind: 'options', option: 1 }, true],
  ['options', { kind: 'options', option: 2 }, false],
  ['number', { kind: 'number', number: -2 }, false],
  ['number', { kind: 'number', number: -1 }, true],
  ['number', { kind: 'number', number: 3 }, true],
  ['number', { kind: 'number', number: 4 }, false],
])('%s takes %j: %s', (kind, choice, fits) => {
  expect(fitsControl(controls[kind], choice)).toBe(fits)
})

it.each(kinds)('the label of a control of kind %s is its text, or empty when nobody knows it', (kind) => {
  const control = controls[kind]
  expect(labelOf(control)).toBe('label' in control ? control.label : '')
})
