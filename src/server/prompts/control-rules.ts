import type { Control, Control__Output } from '../../openobd/generated/types/openOBD/v1/Control.ts'
import type { PromptAnswer__Output } from '../../openobd/generated/types/workbench/v1/PromptAnswer.ts'
import { serverLimits } from '../protocol-choices.ts'
import { invalidArgument } from '../refusal.ts'

/** For whom a control is meant. */
export type PromptTarget = 'customer' | 'operator'

/** The target of a control: undefined means the customer (protocol.md §10). `invalid-argument` for a value of a newer protocol. */
export function targetOf(control: Control__Output): PromptTarget {
  switch (control.target) {
    case 'INTERFACE_UNDEFINED':
    case 'INTERFACE_USER':
      return 'customer'
    case 'INTERFACE_OPERATOR':
      return 'operator'
    default:
      throw invalidArgument('the target of the control is not defined')
  }
}

/** Refuses a control that cannot be answered. */
export function assertShowable(control: Control__Output): void {
  targetOf(control)
  switch (control.ControlType) {
    case 'control_options':
      if (control.control_options?.options.length === 0)
        throw invalidArgument('control_options needs at least one option')
      return
    case 'control_number': {
      const { minimum, maximum } = control.control_number ?? { minimum: 0, maximum: 0 }
      if (minimum > maximum) throw invalidArgument(`control_number: minimum ${minimum} is above maximum ${maximum}`)
      return
    }
    case undefined:
      throw invalidArgument('the control has no type: one of control_label, control_options, … has to be set')
    default:
  }
}

/**
 * Minimum display time of a label in milliseconds (seconds on the wire); undefined for other controls. No session lasts
 * longer than the limit, and timers of Node fire immediately beyond 24 days.
 */
export const labelTimeMs = (control: Control__Output): number | undefined =>
  control.ControlType === 'control_label'
    ? Math.min((control.control_label?.minimal_display_time ?? 0) * 1000, serverLimits.sessionMs)
    : undefined

/** The control with the answer filled in, as the function expects it; or why the answer does not fit. */
export function answered(control: Control__Output, answer: PromptAnswer__Output): Control | { readonly unfit: string } {
  switch (control.ControlType) {
    case 'control_yesno':
      if (answer.choice !== 'yesno' || answer.yesno === undefined) return { unfit: 'yes or no is asked for' }
      return { ...control, control_yesno: { ...control.control_yesno, answer: answer.yesno } }
    case 'control_continue':
      if (answer.choice !== 'continued' || answer.continued !== true) return { unfit: 'to continue is asked for' }
      return control
    case 'control_freetext':
      if (answer.choice !== 'text' || !answer.text) return { unfit: 'a text is asked for, and not an empty one' }
      return { ...control, control_freetext: { ...control.control_freetext, answer: answer.text } }
    case 'control_options':
      return optionAnswered(control, answer)
    case 'control_number':
      return numberAnswered(control, answer)
    default:
      return { unfit: 'this control takes no answer' }
  }
}

function optionAnswered(control: Control__Output, answer: PromptAnswer__Output): Control | { readonly unfit: string } {
  const count = control.control_options?.options.length ?? 0
  if (answer.choice !== 'option' || answer.option === undefined) return { unfit: 'an option is asked for' }
  if (answer.option >= count) return { unfit: `option ${answer.option} is not one of 0 to ${count - 1}` }
  return { ...control, control_options: { ...control.control_options, answer: answer.option } }
}

function numberAnswered(control: Control__Output, answer: PromptAnswer__Output): Control | { readonly unfit: string } {
  const { minimum, maximum } = control.control_number ?? { minimum: 0, maximum: 0 }
  if (answer.choice !== 'number' || answer.number === undefined) return { unfit: 'a number is asked for' }
  if (answer.number < minimum || answer.number > maximum)
    return { unfit: `${answer.number} is not within ${minimum} to ${maximum}` }
  return { ...control, control_number: { ...control.control_number, answer: answer.number } }
}
