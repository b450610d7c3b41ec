import { ScrollText } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { LogLine } from '../../../shared/app-state.ts'
import { Action } from '../../components/Action.tsx'
import { Empty } from '../../components/Empty.tsx'
import { FollowedList } from '../../components/FollowedList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useMirror, useSlice } from '../../store/workbench.ts'

const lineHeight = 28

/** The log of all sessions, for people who write functions. */
export function LogPanel() {
  const { t } = useTranslation()
  const log = useMirror((mirror) => mirror.log)
  const [onlyImportant, setOnlyImportant] = useState(false)
  const lines = useMemo(
    () => (onlyImportant ? log.lines.filter(({ level }) => level === 'warning' || level === 'error') : log.lines),
    [log.lines, onlyImportant],
  )
  return (
    <Panel
      title={t('log.title')}
      icon={ScrollText}
      aside={
        log.lines.length > 0 && (
          <Action look="quiet" onPress={() => setOnlyImportant(!onlyImportant)}>
            {t(onlyImportant ? 'log.all' : 'log.important')}
          </Action>
        )
      }
    >
      {log.dropped > 0 && (
        <p className="hint" role="status">
          {t('log.dropped', { count: log.dropped })}
        </p>
      )}
      {log.forgotten > 0 && <p className="hint">{t('log.forgotten', { count: log.forgotten })}</p>}
      {lines.length === 0 ? (
        <Empty
          icon={ScrollText}
          title={t(onlyImportant && log.lines.length > 0 ? 'log.nothingImportant' : 'log.empty')}
          text={t('log.emptyText')}
        />
      ) : (
        <FollowedList
          items={lines}
          keyOf={({ sequence }) => sequence}
          label={t('log.lines')}
          height={lineHeight}
          classOf={({ level }) => `log__line log__line--${level}`}
        >
          {(line) => <Line line={line} />}
        </FollowedList>
      )}
    </Panel>
  )
}

function Line({ line }: { line: LogLine }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const ownLabel = useSlice('session')?.target.number
  const isForeign = line.sessionLabel !== '' && line.sessionLabel !== ownLabel
  return (
    <>
      <time>{formatTime(line.at, language)}</time>
      <span className="log__level">{t(`log.level.${line.level}`)}</span>
      <span className="log__content">
        {isForeign && (
          <>
            <ServerText className="log__session">{line.sessionLabel}</ServerText>{' '}
          </>
        )}
        <ServerText>{line.content}</ServerText>
        {line.cut !== undefined && <span className="hint"> {t('app.moreCharacters', { count: line.cut })}</span>}
      </span>
    </>
  )
}
