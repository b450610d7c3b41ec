import type { TFunction } from 'i18next'
import type { Fact } from '../../shared/facts.ts'
import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import type { ServiceResult } from '../../shared/service-result.ts'

/** A fact as a sentence for a mechanic. A kind without a sentence does not compile. */
export function factText(t: TFunction, fact: Fact): string {
  switch (fact.kind) {
    case 'session-ended':
      return t('facts.session-ended', { end: t(`end.title.${fact.end}`) })
    case 'finish-chosen':
    case 'finish-sent':
    case 'finish-confirmed':
      return t(`facts.${fact.kind}`, { result: resultText(t, fact.serviceResult) })
    case 'prompt-shown':
      return t('facts.prompt-shown', { function: fact.functionName, question: questionText(t, fact.control) })
    case 'prompt-answered':
      return t('facts.prompt-answered', { answer: answerText(t, fact.choice) })
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

const questionText = (t: TFunction, control: PromptControl): string =>
  control.kind === 'unknown' ? t('prompt.unknownTitle') : control.label

function answerText(t: TFunction, choice: PromptChoice): string {
  switch (choice.kind) {
    case 'yesno':
      return t(choice.yes ? 'answerText.yes' : 'answerText.no')
    case 'continue':
      return t('answerText.continue')
    case 'options':
      return t('answerText.option', { number: choice.option + 1 })
    case 'freetext':
      return choice.text
    case 'number':
      return String(choice.number)
  }
}
