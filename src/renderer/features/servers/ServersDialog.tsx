import { Activity, Download, Pencil, Plus, Trash2, Upload } from 'lucide-react'
import { useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import type { Profile } from '../../../shared/app-state.ts'
import type { Outcome } from '../../../shared/outcome.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Notice } from '../../components/Notice.tsx'
import { visibleText } from '../../components/visible-text.ts'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed, dialogOpened, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { ServerPanel } from './ServerPanel.tsx'

/** The dialog in which the server is chosen. */
export function ServersDialog() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const profiles = useSlice('profiles')
  const { profileId } = useSlice('endpoint')
  const hasOpenJob = useSlice('jobs').some(({ phase }) => phase !== 'ended')
  const isBusy = useScreen((screen) => screen.pending.has('selectProfile'))
  return (
    <Window
      title={t('servers.title')}
      size="large"
      onClose={() => dialogClosed(workbench.screen)}
      footer={
        <>
          <ServerFiles />
          <Action icon={Plus} onPress={() => dialogOpened(workbench.screen, { kind: 'server-form' })}>
            {t('servers.add')}
          </Action>
        </>
      }
    >
      {hasOpenJob && <Notice tone="info" title={t('servers.busy')} />}
      <p className="hint">{t('servers.text')}</p>
      <div className="servers">
        <RadioGroup
          className="choices"
          aria-label={t('servers.listLabel')}
          value={profileId}
          onChange={(id) => !isBusy && void perform(workbench, 'selectProfile', { profileId: id })}
        >
          {profiles.map((profile) => (
            <div key={profile.id} className="servers__row">
              <ProfileOption profile={profile} />
              {profile.kind === 'remote' && <ProfileActions profile={profile} />}
            </div>
          ))}
        </RadioGroup>
        <ServerPanel place="dialog" />
      </div>
    </Window>
  )
}

const nameOf = (profile: Profile, embeddedName: string): string => {
  if (profile.kind === 'embedded') return embeddedName
  return visibleText(profile.name === '' ? profile.host : profile.name)
}

function ProfileOption({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const name = nameOf(profile, t('server.embeddedName'))
  return (
    <Radio className="choice" value={profile.id} aria-label={name}>
      <span className="choice__box choice__box--round" aria-hidden="true" />
      <span className="choice__text">
        {name}
        <span className="choice__detail">
          {profile.kind === 'embedded' ? t('servers.embedded') : visibleText(`${profile.host}:${profile.port}`)}
        </span>
        {profile.fromEnvironment && <span className="choice__detail">{t('servers.fromEnvironment')}</span>}
        {profile.kind === 'remote' && !profile.hasSecret && <Chip tone="warning">{t('servers.noSecret')}</Chip>}
        {profile.allowPlaintext && profile.kind === 'remote' && (
          <Chip tone="warning">{t('servers.plaintextAllowed')}</Chip>
        )}
      </span>
    </Radio>
  )
}

function ProfileActions({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const name = nameOf(profile, '')
  return (
    <div className="servers__actions">
      <Action
        look="quiet"
        icon={Activity}
        label={t('servers.testOf', { name })}
        onPress={() => dialogOpened(workbench.screen, { kind: 'connection-test', profileId: profile.id })}
      >
        {t('servers.test')}
      </Action>
      {!profile.fromEnvironment && <EditAndRemove profile={profile} name={name} />}
    </div>
  )
}

function EditAndRemove({ profile, name }: { profile: Profile; name: string }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const isChosen = useSlice('endpoint').profileId === profile.id
  const remove = async () => {
    const outcome = await perform(workbench, 'removeProfile', { profileId: profile.id })
    if (outcome.ok) toastRaised(workbench.screen, { kind: 'note', note: 'serverRemoved' })
  }
  return (
    <>
      <Action
        look="quiet"
        icon={Pencil}
        label={t('servers.edit', { name })}
        onPress={() => dialogOpened(workbench.screen, { kind: 'server-form', profileId: profile.id })}
      >
        {null}
      </Action>
      <Action
        look="quiet"
        icon={Trash2}
        label={t(isChosen ? 'servers.removeChosen' : 'servers.remove', { name })}
        isDisabled={isChosen}
        onPress={() => void remove()}
      >
        {null}
      </Action>
    </>
  )
}

interface Added {
  readonly added: number
  readonly leftOut: number
}

/** Servers for another computer, and from one. */
function ServerFiles() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const [added, setAdded] = useState<Added | null>(null)
  const importServers = async () => {
    const outcome = (await perform(workbench, 'importProfiles', undefined)) as Outcome<Added | null>
    if (outcome.ok) setAdded(outcome.value)
  }
  return (
    <>
      {added !== null && (
        <p className="hint" role="status">
          {t(added.leftOut > 0 ? 'servers.importedLeftOut' : 'servers.imported', {
            count: added.added,
            leftOut: added.leftOut,
          })}
        </p>
      )}
      <Action look="quiet" icon={Upload} onPress={() => void importServers()}>
        {t('servers.importServers')}
      </Action>
      <Action look="quiet" icon={Download} onPress={() => void perform(workbench, 'exportProfiles', undefined)}>
        {t('servers.exportServers')}
      </Action>
    </>
  )
}
