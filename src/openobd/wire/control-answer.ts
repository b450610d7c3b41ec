import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import type { Control__Output } from '../generated/types/openOBD/v1/Control.ts'
import { knownNumber, uint32 } from './plausible.ts'

/**
 * The answer in an echoed Control, for the kind that was asked. Undefined when it is another control type or
 * has no answer: an absent answer is never read as "no" or 0 (protocol.md §10).
 */
export function controlAnswerFromWire(asked: PromptControl['kind'], wire: Control__Output): PromptChoice | undefined {
  switch (asked) {
    case 'yesno': {
      const yes = wire.control_yesno?.answer
      return yes === undefined ? undefined : { kind: 'yesno', yes }
    }
    case 'options': {
      const option = knownNumber('Options.answer', wire.control_options?.answer, uint32)
      return option === undefined ? undefined : { kind: 'options', option }
    }
    case 'number': {
      const number = knownNumber('Numbers.answer', wire.control_number?.answer, uint32)
      return number === undefined ? undefined : { kind: 'number', number }
    }
    case 'freetext': {
      const text = wire.control_freetext?.answer
      return text === undefined ? undefined : { kind: 'freetext', text }
    }
    case 'continue':
      return wire.control_continue ? { kind: 'continue' } : undefined
    case 'label':
    case 'unknown':
      return undefined
  }
}
