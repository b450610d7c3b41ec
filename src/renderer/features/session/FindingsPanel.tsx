import { ScanSearch, TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import type { FunctionRun } from '../../../shared/session.ts'
import { Chip } from '../../components/Chip.tsx'
import { Empty } from '../../components/Empty.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { isRunning } from './FunctionsPanel.tsx'
import {
  type FindingsCell,
  type FindingsRow,
  type FindingsSummary,
  type FindingsTable,
  findingsTable,
} from './findings-table.ts'

/** The findings of a function, per control unit. */
export function FindingsPanel({ run }: { run: FunctionRun | undefined }) {
  const { t } = useTranslation()
  const hasFindings = run !== undefined && (run.findings.length > 0 || run.controlUnits !== undefined)
  return (
    <Panel title={t('findings.title')} icon={ScanSearch}>
      {hasFindings && <FindingsTableView run={run} label={t('findings.of', { name: isolatedText(run.name) })} />}
      {!hasFindings && isRunning(run) && <p className="hint">{t('findings.waiting')}</p>}
      {!hasFindings && !isRunning(run) && (
        <Empty icon={ScanSearch} title={t('findings.empty')} text={t('findings.emptyText')} />
      )}
    </Panel>
  )
}

/** The findings of one run: how many control units answered, then the table. */
export function FindingsTableView({ run, label }: { run: FunctionRun; label: string }) {
  const { t } = useTranslation()
  const table = useMemo(() => findingsTable(run), [run])
  const { summary, isContradicting, rows } = table
  return (
    <>
      {summary !== undefined && (
        <Headline summary={summary} isAtWork={isRunning(run)} isContradicting={isContradicting} />
      )}
      {rows.length > 0 && <Rows table={table} label={label} />}
      {run.leftOut > 0 && <p className="hint">{t('findings.leftOut', { count: run.leftOut })}</p>}
    </>
  )
}

interface HeadlineProps {
  readonly summary: FindingsSummary
  readonly isAtWork: boolean
  readonly isContradicting: boolean
}

/** Green only when every control unit answered and no values contradict each other. */
function Headline({ summary, isAtWork, isContradicting }: HeadlineProps) {
  const { t } = useTranslation()
  const { answered, total, silent, unread } = summary
  const isWhole = answered === total && !isContradicting
  const tone = isWhole ? 'good' : answered === 0 && !isAtWork ? 'danger' : 'warning'
  const words = isAtWork ? 'findings.answeredSoFar' : answered === total ? 'findings.answeredAll' : 'findings.answered'
  const list = silent.map(isolatedText).join(', ')
  return (
    <Notice
      tone={isAtWork && silent.length === 0 && !isContradicting ? 'info' : tone}
      title={t(words, { answered, count: total })}
    >
      {silent.length > 0 && <p>{t('findings.silent', { list })}</p>}
      {unread > 0 && !isAtWork && <p>{t('findings.unread', { count: unread })}</p>}
      {isContradicting && <p>{t('findings.vinsContradict')}</p>}
    </Notice>
  )
}

function Rows({ table, label }: { table: FindingsTable; label: string }) {
  const { t } = useTranslation()
  const { common, columns, rows } = table
  return (
    <div className="table-frame">
      <table aria-label={label}>
        {common !== null && (
          <caption>
            <ServerText>{common.name}</ServerText> <ServerText className="code">{common.value}</ServerText>{' '}
            <span className="hint">
              {common.missing === 0 ? t('findings.sameAll') : t('findings.sameMost', { count: common.missing })}
            </span>
          </caption>
        )}
        <thead>
          <tr>
            <th scope="col">{t('findings.subject')}</th>
            {columns.map(({ keys, name }) => (
              <th key={keys[0]} scope="col">
                <ServerText>{keys.length > 1 ? t('findings.software') : name}</ServerText>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <ServerText>{row.subject}</ServerText>
                <Notes notes={row.notes} />
              </th>
              {row.cells.map((cell, column) => (
                <td key={columns[column]?.keys[0]}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The values without a column. */
function Notes({ notes }: { notes: FindingsRow['notes'] }) {
  return notes.map(({ key, name, value, isProblem }) => (
    <span key={key} className={isProblem ? 'findings__note findings__note--problem' : 'findings__note'}>
      <ServerText>{name}</ServerText>: <ServerText>{value}</ServerText>
    </span>
  ))
}

function Cell({ cell }: { cell: FindingsCell }) {
  const { t } = useTranslation()
  if (cell.text === '') return <span className="hint">–</span>
  return (
    <>
      <ServerText className="code">{cell.text}</ServerText>
      {cell.isContradicting && (
        <span className="findings__contradiction">
          <Chip tone="danger" icon={TriangleAlert}>
            {t('findings.contradicts')}
          </Chip>
        </span>
      )}
    </>
  )
}
