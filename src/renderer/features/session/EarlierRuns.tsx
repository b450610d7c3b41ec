import { History } from 'lucide-react'
import { useState } from 'react'
import { Button, Disclosure, DisclosurePanel } from 'react-aria-components'
import type { FunctionRun } from '../../../shared/session.ts'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { FindingsTableView } from './FindingsPanel.tsx'
import { LastWrite, RunChip } from './FunctionsPanel.tsx'

/** The runs of the session before the last one, newest first; each can be opened. Empty without earlier runs. */
export function EarlierRuns() {
  const { t } = useTranslation()
  const { runs, forgotten } = useSlice('earlierRuns')
  if (runs.length === 0) return null
  return (
    <Panel title={t('runs.title')} icon={History}>
      <ul className="items" aria-label={t('runs.title')}>
        {runs.toReversed().map((run) => (
          <EarlierRun key={run.runId} run={run} />
        ))}
      </ul>
      {forgotten > 0 && <p className="hint">{t('runs.forgotten', { count: forgotten })}</p>}
    </Panel>
  )
}

function EarlierRun({ run }: { run: FunctionRun }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <Disclosure className="disclosure" isExpanded={isOpen} onExpandedChange={setOpen}>
        <Button slot="trigger" className="disclosure__button">
          <span className="disclosure__arrow" aria-hidden="true" />
          <span className="run-title">
            <ServerText>{run.name}</ServerText>
            <span className="hint">{formatTime(run.startedAt, language)}</span>
            <RunChip run={run} />
            <span className="hint">{t('runs.values', { count: run.findings.length })}</span>
          </span>
        </Button>
        <DisclosurePanel>{isOpen && <RunContent run={run} />}</DisclosurePanel>
      </Disclosure>
    </li>
  )
}

function RunContent({ run }: { run: FunctionRun }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const values = { name: isolatedText(run.name), time: formatTime(run.startedAt, language) }
  return (
    <div className="run-content">
      {run.failure !== undefined && <FailureNotice failure={{ ...run.failure, nextAction: 'none' }} />}
      <LastWrite run={run} />
      {run.suggestedResult?.description !== undefined && (
        <p>
          <ServerText>{run.suggestedResult.description}</ServerText>
        </p>
      )}
      {(run.findings.length > 0 || run.controlUnits !== undefined) && (
        <FindingsTableView run={run} label={t('runs.of', values)} />
      )}
    </div>
  )
}
