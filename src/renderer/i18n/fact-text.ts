import type { TFunction } from 'i18next'
import type { Fact, FactOf } from '../../shared/facts.ts'
import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import type { ServiceResult } from '../../shared/service-result.ts'

/**
 * A fact as a sentence for a mechanic. A kind without a sentence does not compile. `asked`: the question of an answer, so that
 * its choice is told in the words that were shown.
 */
export function factText(t: TFunction, fact: Fact, asked?: PromptControl): string {
  switch (fact.kind) {
    case 'session-ended':
      return t('facts.session-ended', { end: t(`end.title.${fact.end}`) })
    case 'finish-chosen':
    case 'finish-sent':
    case 'finish-confirmed':
      return t(`facts.${fact.kind}`, { result: resultText(t, fact.serviceResult) })
    case 'prompt-shown':
      return shownText(t, fact)
    case 'prompt-answered':
      return t('facts.prompt-answered', { answer: answerText(t, fact.choice, asked) })
    case 'answer-settled':
      return t('facts.answer-settled', { outcome: t(`answerOutcome.${fact.outcome}`) })
    case 'visitor-answered':
      return t('facts.visitor-answered', { place: fact.place, answer: answerText(t, fact.choice) })
    case 'function-requested':
      return t('facts.function-requested', { function: fact.name })
    case 'function-extent-known':
      return t('facts.function-extent-known', { count: fact.controlUnits })
    case 'function-found':
      return t('facts.function-found', { count: fact.findings.length + fact.leftOut })
    case 'function-logged':
      return t('facts.function-logged', { count: fact.lines.length + fact.leftOut })
    case 'function-ended':
      return t('facts.function-ended', { status: t(`functions.status.${fact.status}`) })
    case 'warning-began':
    case 'warning-ended':
      return t(`facts.${fact.kind}`, { warning: t(`link.state.${fact.warning}`) })
    case 'facts-left-out':
      return t('facts.facts-left-out', { count: fact.count })
    default:
      return t(`facts.${fact.kind}`)
  }
}

const resultText = (t: TFunction, { results }: ServiceResult): string =>
  results.map((result) => t(`result.${result}`)).join(', ')

function shownText(t: TFunction, { functionName, control }: FactOf<'prompt-shown'>): string {
  const name = functionName === '' ? t('prompt.someFunction') : functionName
  if (control.kind === 'label') return t('jobLog.said', { function: name, text: control.label })
  return t('facts.prompt-shown', { function: name, question: questionText(t, control) })
}

const questionText = (t: TFunction, control: PromptControl): string =>
  control.kind === 'unknown' ? t('prompt.unknownTitle') : control.label

function answerText(t: TFunction, choice: PromptChoice, asked?: PromptControl): string {
  switch (choice.kind) {
    case 'yesno':
      return t(choice.yes ? 'answerText.yes' : 'answerText.no')
    case 'continue':
      return t('answerText.continue')
    case 'options':
      return optionText(choice.option, asked) ?? t('answerText.option', { number: choice.option + 1 })
    case 'freetext':
      return choice.text
    case 'number':
      return String(choice.number)
  }
}

/** The words of a choice; undefined when they would not say which one it was. */
function optionText(option: number, asked: PromptControl | undefined): string | undefined {
  const options = asked?.kind === 'options' ? asked.options : []
  const text = options[option]
  return text?.trim() && options.indexOf(text) === options.lastIndexOf(text) ? text : undefined
}
