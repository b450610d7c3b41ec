import { ClipboardCopy, RefreshCw, Server } from 'lucide-react'
import { useId } from 'react'
import type { EndpointView } from '../../../shared/app-state.ts'
import { Action } from '../../components/Action.tsx'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { CertificateWarning } from './Certificates.tsx'
import { useCopyConnection, useProfileName } from './use-servers.ts'

const tones: Record<EndpointView['status'], Tone> = {
  starting: 'info',
  connecting: 'info',
  ready: 'good',
  reconnecting: 'warning',
  failed: 'danger',
}

/** The chosen server and its state; in the developer view also how scripts connect to it. */
export function ServerPanel({ place }: { place: 'start' | 'dialog' | 'developer' }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const endpoint = useSlice('endpoint')
  const name = useProfileName(endpoint.profileId)
  return (
    <Panel
      title={t('server.panel')}
      icon={Server}
      aside={
        <span role="status">
          <Chip tone={tones[endpoint.status]}>{t(`server.${endpoint.status}`)}</Chip>
        </span>
      }
    >
      <p className="server__name">
        <ServerText>{name}</ServerText>
      </p>
      <Protection />
      <CertificateOfProfile />
      <Trouble />
      {place !== 'dialog' && (
        <div className="row">
          <Action onPress={() => dialogOpened(screen, { kind: 'servers' })}>{t('server.change')}</Action>
        </div>
      )}
      {place === 'developer' && <CopyConnection />}
    </Panel>
  )
}

/** For scripts: the address and a key of the server go to the clipboard. */
function CopyConnection() {
  const { t } = useTranslation()
  const { status } = useSlice('endpoint')
  const copy = useCopyConnection()
  const copyHintId = useId()
  return (
    <div className="panel__part">
      <h3>{t('copy.title')}</h3>
      <p className="hint" id={copyHintId}>
        {t('copy.text')}
      </p>
      <Action
        icon={ClipboardCopy}
        isBusy={copy.isBusy}
        isDisabled={status !== 'ready'}
        describedBy={copyHintId}
        onPress={copy.run}
      >
        {t('copy.copy')}
      </Action>
    </div>
  )
}

/** A certificate that ends soon is said where the server is shown. */
function CertificateOfProfile() {
  const { profileId } = useSlice('endpoint')
  const profile = useSlice('profiles').find(({ id }) => id === profileId)
  return <CertificateWarning certificate={profile?.way?.certificate} />
}

function Protection() {
  const { t } = useTranslation()
  const endpoint = useSlice('endpoint')
  const profile = useSlice('profiles').find(({ id }) => id === endpoint.profileId)
  if (endpoint.status !== 'ready') return null
  if (endpoint.secure) return <p className="hint">{t('server.secure')}</p>
  if (profile?.kind === 'remote' && profile.allowPlaintext) {
    return <Chip tone="warning">{t('servers.plaintextAllowed')}</Chip>
  }
  return <p className="hint">{t('server.plaintextLocal')}</p>
}

function Trouble() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const { status, failure, profileId } = useSlice('endpoint')
  const isEmbedded = useSlice('profiles').some(({ id, kind }) => id === profileId && kind === 'embedded')
  const isBusy = useScreen(({ pending }) => pending.has('reconnect') || pending.has('restartEngine'))
  if (status === 'ready') return null
  const isHopeful = status === 'starting' || status === 'connecting'
  if (isHopeful) return <p className="hint">{t(`server.${status}Text`)}</p>
  // Without a secret or a server another attempt would fail again.
  const canRetry = failure?.nextAction !== 'enter-secret' && failure?.nextAction !== 'choose-server'
  const reconnect = () => void perform(workbench, 'reconnect', undefined)
  return (
    <>
      {failure === undefined ? (
        <p className="hint">{t(`server.${status}Text`)}</p>
      ) : (
        <FailureNotice failure={withoutOwnButton(failure)} />
      )}
      <div className="row">
        {canRetry && (
          <Action icon={RefreshCw} isBusy={isBusy} onPress={reconnect}>
            {t('app.tryAgain')}
          </Action>
        )}
        {isEmbedded && (
          <Action isBusy={isBusy} onPress={() => void perform(workbench, 'restartEngine', undefined)}>
            {t('server.restartEngine')}
          </Action>
        )}
      </div>
    </>
  )
}

/** The panel has buttons for these actions itself. */
function withoutOwnButton(failure: NonNullable<EndpointView['failure']>): NonNullable<EndpointView['failure']> {
  const own = ['retry', 'wait-and-retry', 'check-connection', 'restart-engine']
  return own.includes(failure.nextAction) ? { ...failure, nextAction: 'none' } : failure
}
