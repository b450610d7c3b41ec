import { MonitorSmartphone, SearchX } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Empty } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { finder } from '../../components/found.ts'
import { Icon } from '../../components/Icon.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Search } from '../../components/Search.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useMirror, useSlice } from '../../store/workbench.ts'
import { ServerPanel } from '../servers/ServerPanel.tsx'
import { UpdateNotice } from '../update/UpdateNotice.tsx'
import { Connectors } from './Connectors.tsx'
import { StartForm } from './StartForm.tsx'
import { Tickets } from './Tickets.tsx'
import { UnfinishedSessions } from './UnfinishedSessions.tsx'
import { useCars } from './use-cars.ts'

/** From this number of tickets and adapters on they can be searched. */
const searchableFrom = 12

/** The first screen, where the next car is chosen. */
export function StartScreen() {
  const { t } = useTranslation()
  const workshop = useSlice('workshop')
  const endpoint = useSlice('endpoint')
  const isListed = workshop.source === 'partner-api'
  const isAbsent = workshop.status === 'absent' || endpoint.viewer === 'absent'
  return (
    <main className="page__content columns" aria-label={t('screen.start')}>
      <div className="columns__main">
        <StorageNotice />
        <ApplicationNotes />
        <UpdateNotice />
        <UnfinishedSessions />
        <StartForm hasList={!isAbsent || isListed} />
        {isAbsent && !isListed && <Absent />}
        {workshop.failure !== undefined && <FailureNotice title={t('partnerApi.failed')} failure={workshop.failure} />}
        {(!isAbsent || isListed) && <Lists />}
        {isListed && <p className="hint">{t('partnerApi.questions')}</p>}
      </div>
      <div className="columns__side">
        <ServerPanel place="start" />
      </div>
    </main>
  )
}

/** Tickets and adapters, and one search for both. A search that is not shown hides nothing. */
function Lists() {
  const { t } = useTranslation()
  const isListed = useSlice('workshop').source === 'partner-api'
  const [typed, setSearch] = useState('')
  const cars = useCars()
  const isSearchable = typed !== '' || cars.tickets.length + cars.adapters.length >= searchableFrom
  const search = isSearchable ? typed : ''
  const isFound = finder(
    search,
    [...cars.tickets, ...cars.adapters].map(({ words }) => words),
  )
  const tickets = cars.tickets.filter(({ words }) => isFound(words))
  const adapters = cars.adapters.filter(({ words }) => isFound(words))
  const isSearch = search.trim() !== ''
  const count = tickets.length + adapters.length
  return (
    <>
      <Tickets tickets={tickets}>
        {isSearchable && (
          <div className="start-search">
            <Search label={t('start.search')} hint={t('start.searchHint')} value={search} onChange={setSearch} />
            <p className="hint" role="status">
              {isSearch && t('start.found', { count })}
            </p>
          </div>
        )}
        {isSearch && count === 0 && (
          <Empty icon={SearchX} title={t('start.noneFound')} text={t('start.noneFoundText')} />
        )}
      </Tickets>
      {!isListed && (!isSearch || adapters.length > 0) && <Connectors adapters={adapters} />}
    </>
  )
}

/** Reports a problem with the stored data. */
function StorageNotice() {
  const { t } = useTranslation()
  const { condition, setAside } = useSlice('storage')
  if (condition === 'good' || condition === 'new') return null
  return (
    <Notice tone="warning" role="status" title={t(`storage.${condition}`)}>
      <p>{t(`storage.${condition}-text`, { file: setAside ?? '' })}</p>
    </Notice>
  )
}

const shownNotes = 3

/** Reports of the application itself, for example that log lines were dropped. */
function ApplicationNotes() {
  const lines = useMirror((mirror) => mirror.log.lines)
  const notes = useMemo(
    () =>
      lines
        .filter(({ source, level }) => source === 'application' && (level === 'warning' || level === 'error'))
        .slice(-shownNotes),
    [lines],
  )
  return notes.map((note) => (
    <Notice key={note.sequence} tone={note.level === 'error' ? 'danger' : 'warning'} role="status">
      <p>
        <ServerText>{note.content}</ServerText>
      </p>
    </Notice>
  ))
}

function Absent() {
  const { t } = useTranslation()
  return (
    <section className="panel absent" aria-label={t('absent.title')}>
      <Icon of={MonitorSmartphone} size={32} />
      <Notice tone="info" title={t('absent.title')}>
        <p>{t('absent.text')}</p>
      </Notice>
    </section>
  )
}
