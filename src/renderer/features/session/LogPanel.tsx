import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ScrollText } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LogLine } from '../../../shared/app-state.ts'
import { Action } from '../../components/Action.tsx'
import { Empty } from '../../components/Empty.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { formatTime } from '../../i18n/format.ts'
import { useMirror, useSlice } from '../../store/workbench.ts'
import { useFollowing } from './use-following.ts'

const lineHeight = 28

/** The log of all sessions, or only what belongs to the job on the screen; only the visible lines are in the page. */
export function LogPanel({ isOfJob = false }: { isOfJob?: boolean }) {
  const { t } = useTranslation()
  const log = useMirror((mirror) => mirror.log)
  const [onlyImportant, setOnlyImportant] = useState(false)
  const own = useSlice('session')?.target.number
  const lines = useMemo(
    () =>
      log.lines.filter(
        ({ level, sessionLabel }) =>
          (!onlyImportant || level === 'warning' || level === 'error') &&
          (!isOfJob || sessionLabel === '' || sessionLabel === own),
      ),
    [log.lines, onlyImportant, isOfJob, own],
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
        <Empty icon={ScrollText} title={t('log.empty')} text={t('log.emptyText')} />
      ) : (
        <Lines lines={lines} />
      )}
    </Panel>
  )
}

function Lines({ lines }: { lines: readonly LogLine[] }) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => lines[index]?.sequence ?? index,
    overscan: 12,
    initialRect: { width: 600, height: 240 },
  })
  const { isFollowing, follow, scrolled } = useFollowing(virtualizer)
  return (
    <div className="log">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it. */}
      <section ref={frame} className="log__frame" onScroll={scrolled} aria-label={t('log.lines')} tabIndex={0}>
        <ol className="log__lines" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const line = lines[item.index]
            return line === undefined ? null : (
              <li
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={`log__line log__line--${line.level}`}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Line line={line} />
              </li>
            )
          })}
        </ol>
      </section>
      {!isFollowing && (
        <Action icon={ArrowDown} onPress={follow}>
          {t('log.follow')}
        </Action>
      )}
    </div>
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
