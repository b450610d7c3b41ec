import type { Fact } from '../../../shared/facts.ts'
import type { PromptControl } from '../../../shared/prompt.ts'
import { verdictOfResults } from '../../../shared/run-verdict.ts'
import type { Tone } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { factText } from '../../i18n/fact-text.ts'
import { formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { verdictTones } from '../session/FunctionsPanel.tsx'

/** A fact as one line: when, and what happened. What belongs to it is in details that are closed. `asked`: see `factText`. */
export function HistoryStep({ fact, asked }: { fact: Fact; asked?: PromptControl }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  return (
    <div className={`history-step tone--${toneOf(fact)}`}>
      <time className="history-step__time" dateTime={new Date(fact.at).toISOString()}>
        {formatTime(fact.at, language)}
      </time>
      <div className="history-step__text">
        <ServerText>{factText(t, fact, asked)}</ServerText>
        {'failure' in fact && fact.failure !== undefined && (
          <p className="hint">{t(`failure.${fact.failure.code}`, { reason: '' })}</p>
        )}
        <Details lines={linesOf(fact)} />
      </div>
    </div>
  )
}

function Details({ lines }: { lines: readonly string[] }) {
  const { t } = useTranslation()
  if (lines.length === 0) return null
  return (
    <details className="history-step__details">
      <summary>{t('history.details')}</summary>
      <ul className="plain-list">
        {lines.map((line, index) => (
          // The lines of a fact never change.
          <li key={`${index.toString()} ${line}`}>
            <ServerText>{line}</ServerText>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** What a fact holds besides its sentence, in the words of functions and of the mechanic. */
function linesOf(fact: Fact): readonly string[] {
  switch (fact.kind) {
    case 'function-found':
      return fact.findings.map(({ subject, name, value }) => [subject, name, value].filter(Boolean).join(' · '))
    case 'function-logged':
      return fact.lines.map(({ content }) => content)
    case 'finish-chosen':
      return fact.serviceResult.description ? [fact.serviceResult.description] : []
    default:
      return []
  }
}

/** The colour of a fact; its sentence always says the same. */
export function toneOf(fact: Fact): Tone {
  switch (fact.kind) {
    case 'session-not-started':
    case 'finish-refused':
    case 'application-lost':
    case 'facts-left-out':
      return 'danger'
    case 'link-lost':
    case 'warning-began':
      return 'warning'
    case 'finish-confirmed':
      return verdictTones[verdictOfResults(fact.serviceResult.results)]
    case 'link-restored':
    case 'warning-ended':
      return 'good'
    case 'function-ended':
      return fact.status === 'succeeded' ? 'good' : fact.status === 'failed' ? 'danger' : 'neutral'
    case 'session-ended':
      if (fact.end === 'finished') return verdictTones[verdictOfResults(fact.serviceResult?.results ?? [])]
      return fact.end === 'failed' ? 'danger' : 'neutral'
    case 'prompt-shown':
    case 'prompt-answered':
      return 'info'
    default:
      return 'neutral'
  }
}
