import { CircleCheck, CircleHelp, Lock, MessageSquareText, ShieldUser } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useContext, useEffect, useRef } from 'react'
import type { Prompt, PromptChoice } from '../../../shared/prompt.ts'
import { announce } from '../../components/announce.ts'
import { Chip } from '../../components/Chip.tsx'
import { Icon } from '../../components/Icon.tsx'
import { LongText } from '../../components/LongText.tsx'
import { Notice } from '../../components/Notice.tsx'
import { isolatedText, visibleText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { asksSomething } from '../../store/ended-prompts.ts'
import { useScreen, useSlice } from '../../store/workbench.ts'
import { useAnswersLocked } from '../session/server-loss.tsx'
import { CarPlate } from './CarPlate.tsx'
import { isInUse } from './focus-in-use.ts'
import { MinimalTime } from './MinimalTime.tsx'
import { PromptControls } from './PromptControls.tsx'
import { PromptImage } from './PromptImage.tsx'
import { promptLabel, promptText, shortened } from './prompt-text.ts'
import { type AnswerState, useAnswer, useAnswerState } from './use-answer.ts'
import { PromptGuardContext, useArmed } from './use-prompt-guard.ts'

const announcedLength = 400

/** The large prompt. Draw it with the prompt's id as key, so that no state of one prompt remains in the next. */
export function PromptCard({ prompt }: { prompt: Prompt }) {
  const { language } = useSlice('settings')
  const isCovered = useScreen((screen) => screen.dialog.kind !== 'none')
  const isHeld = useSlice('blockingSessions') !== null
  const isLocked = useAnswersLocked(prompt)
  const isArmed = useArmed(prompt.id, isCovered || isHeld || isLocked)
  const answer = useAnswer(prompt)
  const answerState = useAnswerState(prompt)
  const label = promptLabel(prompt, language)
  const isOwn = useSlice('session')?.handle === prompt.session.key
  const question = useAttention(prompt, label)
  const holdForeignKeys = useForeignKeys(prompt.id)
  const canAnswer = asksSomething(prompt)
  useKeptFocus(question, canAnswer && (isLocked || answerState.state !== 'open'))
  return (
    <div
      className={`prompt ${prompt.target === 'operator' ? 'prompt--operator' : ''} ${isOwn ? '' : 'prompt--foreign'}`}
      onKeyDownCapture={holdForeignKeys}
    >
      {!isOwn && <CarPlate session={prompt.session} />}
      <PromptSource prompt={prompt} />
      {prompt.target === 'operator' && <OperatorHint />}
      <div className={prompt.hasImage ? 'prompt__body prompt__body--picture' : 'prompt__body'}>
        <PromptQuestion prompt={prompt} label={label} questionRef={question} />
        {prompt.hasImage && <PromptImage promptId={prompt.id} />}
      </div>
      <PromptControls
        prompt={prompt}
        isOpen={isArmed && canAnswer && answerState.state === 'open'}
        isLocked={isLocked && canAnswer && answerState.state === 'open'}
        choice={answerState.state === 'open' ? undefined : answerState.choice}
        answer={answer}
      />
      <PromptStatus prompt={prompt} answer={answerState} isArmed={isArmed} isLocked={isLocked} />
    </div>
  )
}

/** Announces a new prompt and moves the focus to it, unless the focused element is in use. */
function useAttention(prompt: Prompt, label: string) {
  const { t } = useTranslation()
  const question = useRef<HTMLElement>(null)
  const text = shortened(visibleText(label.slice(0, 2 * announcedLength)), announcedLength)
  const asks = asksSomething(prompt)
  // Only a new prompt moves the focus; a change of language or state does not.
  const arrival = useRef({ text, asks, t })
  useEffect(() => {
    const { text: spoken, asks: isQuestion, t: say } = arrival.current
    if (isQuestion) announce(say('prompt.announce', { text: spoken }), 'assertive')
    else if (spoken !== '') announce(say('prompt.announceLabel', { text: spoken }), 'polite')
    const element = question.current
    if (element === null || !isQuestion) return
    if (isBehindDialog(element) || isInUse(document.activeElement)) return
    // In this order the page is laid out once: the focus changes the look of the prompt.
    element.closest('.prompt')?.scrollIntoView({ block: 'nearest' })
    element.focus({ preventScroll: true })
  }, [])
  return question
}

const isBehindDialog = (element: HTMLElement | null): boolean =>
  element?.closest('[inert],[aria-hidden="true"]') != null

/** A pressed button that becomes disabled would lose the focus; the question gets it. */
function useKeptFocus(question: RefObject<HTMLElement | null>, isOver: boolean): void {
  useEffect(() => {
    const focused = document.activeElement
    const isLost = focused === null || focused === document.body || focused.matches(':disabled')
    if (isOver && isLost && !isBehindDialog(question.current)) question.current?.focus({ preventScroll: true })
  }, [question, isOver])
}

/** Keys that type or press something. */
const actingKey = /^(.|Enter|Backspace|Delete)$/su

/** Blocks keys that went down before the prompt accepted answers; they were meant for something else. */
function useForeignKeys(promptId: string): (event: KeyboardEvent) => void {
  const guard = useContext(PromptGuardContext)
  return (event) => {
    if (!event.repeat || !actingKey.test(event.key) || guard.mayType(promptId, event.code)) return
    event.preventDefault()
    event.stopPropagation()
  }
}

function OperatorHint() {
  const { t } = useTranslation()
  return <p className="hint">{t('prompt.operatorText')}</p>
}

function PromptSource({ prompt }: { prompt: Prompt }) {
  const { t } = useTranslation()
  const name = prompt.functionName === '' ? t('prompt.someFunction') : isolatedText(prompt.functionName)
  const asks = asksSomething(prompt)
  return (
    <header className="prompt__source">
      <Icon of={asks ? CircleHelp : MessageSquareText} size={22} />
      <p>{t(asks ? 'prompt.asks' : 'prompt.says', { name })}</p>
      {prompt.target === 'operator' && (
        <Chip tone="warning" icon={ShieldUser}>
          {t('prompt.operator')}
        </Chip>
      )}
    </header>
  )
}

interface QuestionProps {
  readonly prompt: Prompt
  readonly label: string
  readonly questionRef: RefObject<HTMLElement | null>
}

function PromptQuestion({ prompt, label, questionRef }: QuestionProps) {
  const { t } = useTranslation()
  if (prompt.control.kind === 'unknown') {
    return (
      <Notice tone="warning" title={t('prompt.unknownTitle')}>
        <p>{t('prompt.unknownText')}</p>
      </Notice>
    )
  }
  const size = label.length > 600 ? 'small' : label.length > 160 ? 'medium' : 'large'
  return (
    <section
      ref={questionRef}
      className={`prompt__question prompt__question--${size}`}
      aria-label={t('prompt.question')}
      tabIndex={-1}
      data-prompt-start=""
    >
      <div className="prompt__scroll">
        {label === '' ? <span className="prompt__nothing">{t('prompt.noText')}</span> : <LongText>{label}</LongText>}
      </div>
    </section>
  )
}

interface StatusProps {
  readonly prompt: Prompt
  readonly answer: AnswerState
  readonly isArmed: boolean
  readonly isLocked: boolean
}

function PromptStatus({ prompt, answer, isArmed, isLocked }: StatusProps) {
  const { t } = useTranslation()
  const choiceText = useChoiceText(prompt)
  if (prompt.control.kind === 'label') {
    return (
      <div className="prompt__status">
        <MinimalTime shownAt={prompt.shownAt} durationMs={prompt.control.minimalDisplayTimeMs} />
        <p role="status">{t('prompt.labelStatus')}</p>
      </div>
    )
  }
  if (prompt.control.kind === 'unknown') return null
  if (isLocked && answer.state === 'open') {
    // No live region: the loss itself is announced, once.
    return (
      <p className="prompt__status prompt__locked">
        <Icon of={Lock} size={20} /> {t('lost.locked')}
      </p>
    )
  }
  const chosen = answer.state === 'open' || answer.choice === undefined ? undefined : choiceText(answer.choice)
  return (
    <div className="prompt__status" role="status">
      {answer.state === 'open' && answer.wasRefused && <Notice tone="warning" title={t('prompt.refused')} />}
      {answer.state === 'open' && <p>{t(isArmed ? 'prompt.waiting' : 'prompt.arming')}</p>}
      {answer.state === 'sending' && (
        <p className="prompt__sending">
          <span className="spinner" aria-hidden="true" /> {t('prompt.sending')}
        </p>
      )}
      {answer.state === 'answered' && (
        <p className="prompt__answered">
          <Icon of={CircleCheck} size={22} />
          <strong>{chosen === undefined ? t('prompt.answeredPlain') : t('prompt.answered', { answer: chosen })}</strong>{' '}
          {t('prompt.next')}
        </p>
      )}
      {answer.state !== 'open' && answer.isUnrecorded && <Chip tone="warning">{t('prompt.unrecorded')}</Chip>}
    </div>
  )
}

function useChoiceText(prompt: Prompt): (choice: PromptChoice) => string | undefined {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  return (choice) => {
    if (choice.kind === 'yesno') return t(choice.yes ? 'prompt.yes' : 'prompt.no')
    if (choice.kind === 'number') return String(choice.number)
    if (choice.kind === 'freetext') return isolatedText(shortened(choice.text, 80))
    if (choice.kind === 'options' && prompt.control.kind === 'options') {
      const option = prompt.control.options[choice.option] ?? ''
      return isolatedText(shortened(promptText(prompt.translations, option, language), 80))
    }
    return undefined
  }
}
