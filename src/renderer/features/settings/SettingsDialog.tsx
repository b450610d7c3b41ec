import { CircleHelp } from 'lucide-react'
import { Checkbox } from 'react-aria-components'
import type { Settings } from '../../../shared/app-state.ts'
import type { Language } from '../../../shared/languages.ts'
import { Action } from '../../components/Action.tsx'
import { Choice, Choices } from '../../components/Choices.tsx'
import { Window } from '../../components/Window.tsx'
import { languageNames } from '../../i18n/i18n.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed, dialogOpened } from '../../store/screen.ts'
import { perform, useSlice, useWorkbench } from '../../store/workbench.ts'
import { UpdateSettings } from '../update/UpdateSettings.tsx'
import { VoltageLimitFields } from './VoltageLimitFields.tsx'

const themes: ReadonlyArray<Settings['theme']> = ['system', 'light', 'dark']
const textSizes: ReadonlyArray<Settings['textSize']> = ['normal', 'large', 'largest']
const keptChoices = ['never', '30', '90', '365', '1825'] as const

/** Settings of this computer; every choice takes effect at once. */
export function SettingsDialog() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const settings = useSlice('settings')
  return (
    <Window title={t('settings.title')} onClose={() => dialogClosed(workbench.screen)}>
      <Choices
        title={t('settings.language')}
        value={settings.language}
        choose={(value) => void perform(workbench, 'setLanguage', { language: value as Language })}
      >
        {Object.entries(languageNames).map(([language, name]) => (
          <Choice key={language} value={language} name={name} language={language} />
        ))}
      </Choices>
      <Choices
        title={t('settings.theme')}
        value={settings.theme}
        choose={(value) => void perform(workbench, 'setTheme', { theme: value as Settings['theme'] })}
      >
        {themes.map((theme) => (
          <Choice key={theme} value={theme} name={t(`settings.themes.${theme}`)} />
        ))}
      </Choices>
      <Choices
        title={t('settings.textSize')}
        value={settings.textSize}
        choose={(value) => void perform(workbench, 'setTextSize', { textSize: value as Settings['textSize'] })}
      >
        {textSizes.map((size) => (
          <Choice key={size} value={size} name={t(`settings.textSizes.${size}`)} />
        ))}
      </Choices>
      <Sound isOn={settings.sound} />
      <VoltageLimitFields limits={settings.voltageLimits} />
      <Choices
        title={t('settings.kept')}
        value={String(settings.keptDays ?? 'never')}
        choose={(value) => void perform(workbench, 'setKeptDays', { days: value === 'never' ? null : Number(value) })}
      >
        {keptChoices.map((days) => (
          <Choice key={days} value={days} name={t(`settings.keptDays.${days}`)} />
        ))}
      </Choices>
      <UpdateSettings />
      <About />
    </Window>
  )
}

function Sound({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  return (
    <section className="choices" aria-label={t('settings.sound')}>
      <h3>{t('settings.sound')}</h3>
      <Checkbox
        className="choice"
        isSelected={isOn}
        onChange={(sound) => void perform(workbench, 'setSound', { sound })}
      >
        <span className="choice__box" aria-hidden="true" />
        <span className="choice__text">{t('settings.soundOn')}</span>
      </Checkbox>
    </section>
  )
}

function About() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const app = useSlice('app')
  return (
    <section className="about" aria-label={t('settings.about')}>
      <h3>{t('settings.about')}</h3>
      <p className="hint">
        {t('app.name')} · {t('settings.version', { version: app.version })} · {t(`settings.host.${app.host}`)} ·{' '}
        {app.platform}
      </p>
      <Action icon={CircleHelp} onPress={() => dialogOpened(screen, { kind: 'help' })}>
        {t('help.open')}
      </Action>
    </section>
  )
}
