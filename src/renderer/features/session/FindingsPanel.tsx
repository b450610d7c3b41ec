import { CircleCheck, ScanSearch, TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { FunctionRun } from '../../../shared/session.ts'
import { Chip } from '../../components/Chip.tsx'
import { Empty } from '../../components/Empty.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { isRunning } from './FunctionsPanel.tsx'
import { type FindingsCell, type FindingsRow, findingsTable } from './findings-table.ts'

/** What a function found out, per control unit. */
export function FindingsPanel({ run }: { run: FunctionRun | undefined }) {
  const { t } = useTranslation()
  const hasFindings = run !== undefined && run.findings.length > 0
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

/** The rows of one run. */
export function FindingsTableView({ run, label }: { run: FunctionRun; label: string }) {
  const { t } = useTranslation()
  const { common, columns, rows } = useMemo(() => findingsTable(run.findings), [run.findings])
  return (
    <div className="table-frame">
      <table aria-label={label}>
        {common !== null && (
          <caption>
            <Icon of={CircleCheck} /> <ServerText>{common.name}</ServerText>{' '}
            <ServerText className="code">{common.value}</ServerText>{' '}
            <span className="hint">
              {common.missing === 0 ? t('findings.sameAll') : t('findings.sameMost', { count: common.missing })}
            </span>
          </caption>
        )}
        <thead>
          <tr>
            <th scope="col">{t('findings.subject')}</th>
            {columns.map(({ names }) => (
              <th key={names[0]} scope="col">
                <ServerText>{names.length > 1 ? t('findings.software') : (names[0] ?? '')}</ServerText>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.subject}>
              <th scope="row">
                <ServerText>{row.subject}</ServerText>
                <Notes notes={row.notes} isAll={row.cells.every(({ text }) => text === '')} />
              </th>
              {row.cells.map((cell, column) => (
                <td key={columns[column]?.names[0]}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {run.leftOut > 0 && <p className="hint">{t('findings.leftOut', { count: run.leftOut })}</p>}
    </div>
  )
}

/** What has no column; it stands out when it is all that is known, for example that a control unit gave no answer. */
function Notes({ notes, isAll }: { notes: FindingsRow['notes']; isAll: boolean }) {
  return notes.map(({ name, value }) => (
    <span key={name} className={isAll ? 'findings__note findings__note--all' : 'findings__note'}>
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
