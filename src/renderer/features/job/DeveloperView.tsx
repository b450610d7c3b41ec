import { Cpu, Hash } from 'lucide-react'
import type { SessionView, VehicleView } from '../../../shared/session.ts'
import { Fact, Facts } from '../../components/Facts.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { ServerPanel } from '../servers/ServerPanel.tsx'
import { LinkPanel } from '../session/LinkPanel.tsx'
import { LogPanel } from '../session/LogPanel.tsx'
import { TokenPanel } from '../session/TokenPanel.tsx'
import { ConnectorDetails } from '../start/ConnectorDetails.tsx'

/** The developer view without an open job: the server and the raw log. */
export function DeveloperView() {
  const { t } = useTranslation()
  return (
    <main className="page__content" aria-label={t('rail.developer')}>
      <h1 tabIndex={-1} data-focus-place="">
        {t('rail.developer')}
      </h1>
      <p className="hint">{t('job.developerText')}</p>
      <DeveloperPanels session={null} />
    </main>
  )
}

/** Tokens, numbers, addresses, the connection for scripts and the raw log. It never shows a prompt. */
export function DeveloperPanels({ session }: { session: SessionView | null }) {
  return (
    <div className="columns">
      <div className="columns__main">
        {session !== null && session.phase !== 'ended' && <LinkPanel />}
        <LogPanel />
        <ConnectorDetails />
      </div>
      <div className="columns__side">
        {session !== null && <SessionPanel session={session} />}
        {session !== null && <TokenPanel token={session.token} />}
        {session !== null && <ControlUnitAddresses ecus={session.vehicle.ecus} />}
        <ServerPanel place="developer" />
      </div>
    </div>
  )
}

function SessionPanel({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { server, sessionId, state } = session
  return (
    <Panel title={t('screen.session')} icon={Hash}>
      <Facts>
        <Fact name={t('server.panel')}>
          <ServerText>{server.isSimulated ? t('server.embeddedName') : server.name}</ServerText>
        </Fact>
        <Fact name={t('session.stateLabel')}>{t(`state.${state}`)}</Fact>
      </Facts>
      {sessionId !== undefined && <p className="failure__reference">{t('session.id', { id: sessionId })}</p>}
    </Panel>
  )
}

function ControlUnitAddresses({ ecus }: { ecus: VehicleView['ecus'] }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('car.ecus')} icon={Cpu}>
      {ecus.length === 0 && <p className="hint">{t('car.noEcus')}</p>}
      <ul className="ecus" aria-label={t('car.ecus')}>
        {ecus.map((ecu) => (
          <li key={`${ecu.transport} ${ecu.bus} ${ecu.address}`}>
            <ServerText className="code">{ecu.address}</ServerText>
            <span className="hint">
              {t(`car.transport.${ecu.transport}`)} {ecu.bus !== '' && <ServerText>{ecu.bus}</ServerText>}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
