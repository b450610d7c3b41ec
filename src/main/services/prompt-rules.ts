import { assertNever } from '../../shared/assert-never.ts'
import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'

/** Whether a choice answers this control: the same kind, and within its options or limits. */
export function fitsControl(control: PromptControl, choice: PromptChoice): boolean {
  switch (control.kind) {
    case 'label':
    case 'unknown':
      return false
    case 'yesno':
    case 'continue':
      return choice.kind === control.kind
    case 'freetext':
      return choice.kind === 'freetext' && choice.text.length > 0
    case 'options':
      return choice.kind === 'options' && choice.option < control.options.length
    case 'number':
      return choice.kind === 'number' && choice.number >= control.minimum && choice.number <= control.maximum
    default:
      return assertNever(control)
  }
}

/** The label of a control; empty for a control that this version does not know. */
export const labelOf = (control: PromptControl): string => (control.kind === 'unknown' ? '' : control.label)
