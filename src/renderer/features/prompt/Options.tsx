import { useRef, useState } from 'react'
import type { PressEvent } from 'react-aria-components'
import { Action } from '../../components/Action.tsx'
import { finder } from '../../components/found.ts'
import { Search } from '../../components/Search.tsx'
import { longestShown, ServerText } from '../../components/ServerText.tsx'
import { visibleText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { AnswerButton, type ControlsProps } from './PromptControls.tsx'
import { armingMs } from './prompt-guard.ts'
import { promptText } from './prompt-text.ts'
import { pressSource } from './use-prompt-guard.ts'

/** How many choices are in the page at first, and are added with every press on "more". */
const choicesAtOnce = 200
/** More choices than this can be searched. */
const mostWithoutSearch = 12

/** One choice per option. Each answers with its place in the function's own list, whatever else is shown. */
export function Options({ prompt, isOpen, choice, answer, options }: ControlsProps & { options: readonly string[] }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const chosen = choice?.kind === 'options' ? choice.option : undefined
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState(choicesAtOnce)
  const settled = useSettled()
  const all = options.map((option, index) => ({ index, text: promptText(prompt.translations, option, language) }))
  const wordsOf = (text: string) => [text.slice(0, longestShown)]
  const isFound = finder(
    search,
    all.map(({ text }) => wordsOf(text)),
  )
  const found = all.filter(({ index, text }) => index === chosen || isFound(wordsOf(text)))
  const left = found.length - shown
  const press = (index: number) => (event: PressEvent) => {
    if (settled.began()) answer({ kind: 'options', option: index }, pressSource(event))
  }
  return (
    <>
      {options.length > mostWithoutSearch && (
        <ChoiceSearch
          search={search}
          count={found.length}
          onChange={(text) => {
            settled.changed()
            setSearch(text)
          }}
        />
      )}
      <ul className={options.length > 4 ? 'answers answers--two' : 'answers'} aria-label={t('prompt.choices')}>
        {found.slice(0, shown).map(({ index, text }) => (
          // Options are identified by their index only; two may have the same text.
          <li key={`${prompt.id}-${index.toString()}`}>
            <AnswerButton
              isOpen={isOpen}
              isChosen={chosen === index}
              onPressStart={settled.begin}
              onPress={press(index)}
            >
              {visibleText(text.slice(0, longestShown)).trim() === '' ? (
                t('prompt.emptyChoice')
              ) : (
                <ServerText>{text}</ServerText>
              )}
            </AnswerButton>
          </li>
        ))}
        {left > 0 && (
          <li>
            <Action onPress={() => setShown(shown + choicesAtOnce)}>
              {t('prompt.moreChoices', { count: Math.min(left, choicesAtOnce) })}{' '}
              {t('prompt.ofChoices', { count: found.length })}
            </Action>
          </li>
        )}
      </ul>
    </>
  )
}

/**
 * Whether a press began after the list had settled. A choice that has just come under a finger because the search changed was not
 * the one that the finger went for.
 */
function useSettled() {
  const changedAt = useRef(Number.NEGATIVE_INFINITY)
  const beganAt = useRef(Number.NEGATIVE_INFINITY)
  return {
    changed: () => {
      changedAt.current = performance.now()
    },
    begin: () => {
      beganAt.current = performance.now()
    },
    began: () => beganAt.current >= changedAt.current + armingMs,
  }
}

interface ChoiceSearchProps {
  readonly search: string
  readonly count: number
  readonly onChange: (text: string) => void
}

function ChoiceSearch({ search, count, onChange }: ChoiceSearchProps) {
  const { t } = useTranslation()
  const isSearch = search.trim() !== ''
  const words = count === 0 ? t('prompt.noChoiceFound') : t('prompt.foundChoices', { count })
  return (
    <div className="choice-search">
      <Search label={t('prompt.findChoice')} hint={t('prompt.findChoiceHint')} value={search} onChange={onChange} />
      <p className="hint" role="status">
        {isSearch && words}
      </p>
    </div>
  )
}
