import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Loading } from '../../components/Empty.tsx'
import { useSlice } from '../../store/workbench.ts'
import { CarPanel } from './CarPanel.tsx'
import { EarlierRuns } from './EarlierRuns.tsx'
import { FindingsPanel } from './FindingsPanel.tsx'
import { FunctionsPanel } from './FunctionsPanel.tsx'
import { LinkPanel } from './LinkPanel.tsx'
import { LogPanel } from './LogPanel.tsx'
import { SessionHeader } from './SessionHeader.tsx'
import { SessionNotices } from './SessionNotices.tsx'
import { TokenPanel } from './TokenPanel.tsx'

/** A session from start to end; prompts come first. */
export function SessionScreen({ prompts }: { prompts: ReactNode }) {
  const { t } = useTranslation()
  const session = useSlice('session')
  if (session === null) return null
  const isBeginning = session.phase === 'starting' || session.phase === 'claiming'
  return (
    <main className="session" aria-label={t('screen.session')}>
      <SessionHeader session={session} />
      <div className="columns">
        <div className="columns__main">
          <SessionNotices session={session} />
          {prompts}
          {isBeginning && (
            <section className="panel">
              <Loading text={t(session.phase === 'starting' ? 'session.startingText' : 'session.claimingText')} />
            </section>
          )}
          {!isBeginning && <FunctionsPanel session={session} />}
          {!isBeginning && <FindingsPanel run={session.functionRun} />}
          {!isBeginning && <EarlierRuns />}
          {!isBeginning && <LogPanel />}
        </div>
        <div className="columns__side">
          <LinkPanel />
          <CarPanel vehicle={session.vehicle} />
          <TokenPanel token={session.token} />
        </div>
      </div>
    </main>
  )
}
