import { ScanSearch } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { FunctionRun } from '../../../shared/session.ts'
import { Empty } from '../../components/Empty.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { visibleText } from '../../components/visible-text.ts'
import { isRunning } from './FunctionsPanel.tsx'
import { findingsTable } from './findings-table.ts'

/** What a function found out, per control unit. */
export function FindingsPanel({ run }: { run: FunctionRun | undefined }) {
  const { t } = useTranslation()
  const hasFindings = run !== undefined && run.findings.length > 0
  return (
    <Panel title={t('findings.title')} icon={ScanSearch}>
      {hasFindings && <FindingsTableView run={run} />}
      {!hasFindings && isRunning(run) && <p className="hint">{t('findings.waiting')}</p>}
      {!hasFindings && !isRunning(run) && (
        <Empty icon={ScanSearch} title={t('findings.empty')} text={t('findings.emptyText')} />
      )}
    </Panel>
  )
}

/** The rows of one run. */
export function FindingsTableView({ run }: { run: FunctionRun }) {
  const { t } = useTranslation()
  const { columns, rows } = useMemo(() => findingsTable(run.findings), [run.findings])
  return (
    <div className="table-frame">
      <table aria-label={t('findings.of', { name: visibleText(run.name) })}>
        <thead>
          <tr>
            <th scope="col">{t('findings.subject')}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                <ServerText>{column}</ServerText>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.subject}>
              <th scope="row">
                <ServerText>{row.subject}</ServerText>
              </th>
              {row.values.map((value, column) => (
                <td key={columns[column]}>
                  {value === '' ? <span className="hint">–</span> : <ServerText className="code">{value}</ServerText>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
