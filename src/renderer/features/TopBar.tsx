import { FlaskConical, Server, Settings } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Action } from '../components/Action.tsx'
import type { Tone } from '../components/Chip.tsx'
import { Icon } from '../components/Icon.tsx'
import { isolatedText, visibleText } from '../components/visible-text.ts'
import { dialogOpened } from '../store/screen.ts'
import { useSlice, useWorkbench } from '../store/workbench.ts'
import { useProfileName } from './servers/use-servers.ts'

/** The bar that every screen has. */
export function TopBar() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const endpoint = useSlice('endpoint')
  const isSimulated = useIsSimulated()
  const serverName = useProfileName(endpoint.profileId)
  return (
    <header className="top-bar">
      <p className="top-bar__name">
        <span className="top-bar__mark" aria-hidden="true" />
        {t('app.name')}
      </p>
      {isSimulated && (
        <p className="top-bar__simulator" role="note">
          <Icon of={FlaskConical} size={18} />
          {t('topBar.simulator')}
        </p>
      )}
      <div className="top-bar__actions">
        <Action
          look="quiet"
          icon={Server}
          label={t('topBar.server', { name: isolatedText(serverName) })}
          onPress={() => dialogOpened(screen, { kind: 'servers' })}
        >
          <span className={`dot tone--${statusTone[endpoint.status]}`} aria-hidden="true" />
          <span className="top-bar__server">{visibleText(serverName)}</span>
        </Action>
        <Action
          look="quiet"
          icon={Settings}
          label={t('topBar.settings')}
          onPress={() => dialogOpened(screen, { kind: 'settings' })}
        >
          <span className="top-bar__word">{t('topBar.settings')}</span>
        </Action>
      </div>
    </header>
  )
}

/** Whether the screen is about a simulated car: the one of the shown job, which may be on another server than new jobs. */
function useIsSimulated(): boolean {
  const { profileId } = useSlice('endpoint')
  const isChosen = useSlice('profiles').some(({ id, kind }) => id === profileId && kind === 'embedded')
  const shownJob = useSlice('shownJob')
  return useSlice('jobs').find(({ id }) => id === shownJob)?.isSimulated ?? isChosen
}

const statusTone: Record<'starting' | 'connecting' | 'ready' | 'reconnecting' | 'failed', Tone> = {
  starting: 'info',
  connecting: 'info',
  ready: 'good',
  reconnecting: 'warning',
  failed: 'danger',
}
