import { ListChecks, MonitorSmartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Action } from '../../components/Action.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Notice } from '../../components/Notice.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { ServerPanel } from '../servers/ServerPanel.tsx'
import { Connectors } from './Connectors.tsx'
import { StartForm } from './StartForm.tsx'
import { Tickets } from './Tickets.tsx'

/** The first screen: which car next? */
export function StartScreen({ prompts }: { prompts: ReactNode }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const workshop = useSlice('workshop')
  const endpoint = useSlice('endpoint')
  const isAbsent = workshop.status === 'absent' || endpoint.viewer === 'absent'
  return (
    <main className="columns" aria-label={t('screen.start')}>
      <div className="columns__main">
        {prompts}
        <StartForm hasList={!isAbsent} />
        {isAbsent ? <Absent /> : <Tickets />}
        {!isAbsent && <Connectors />}
      </div>
      <div className="columns__side">
        <ServerPanel />
        <Action
          icon={ListChecks}
          isDisabled={endpoint.status !== 'ready'}
          onPress={() => dialogOpened(screen, { kind: 'sessions' })}
        >
          {t('start.sessions')}
        </Action>
      </div>
    </main>
  )
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
