import { Label, Radio, RadioGroup } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Language, Settings } from '../../../shared/app-state.ts'
import { Window } from '../../components/Window.tsx'
import { languageNames } from '../../i18n/i18n.ts'
import { dialogClosed } from '../../store/screen.ts'
import { perform, useSlice, useWorkbench } from '../../store/workbench.ts'

const themes: ReadonlyArray<Settings['theme']> = ['system', 'light', 'dark']

const keptChoices = ['never', '30', '90', '365', '1825'] as const

/** Language and appearance; every choice takes effect at once. */
export function SettingsDialog() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const settings = useSlice('settings')
  const app = useSlice('app')
  return (
    <Window title={t('settings.title')} onClose={() => dialogClosed(workbench.screen)}>
      <RadioGroup
        className="choices"
        value={settings.language}
        onChange={(value) => void perform(workbench, 'setLanguage', { language: value as Language })}
      >
        <Label className="choices__title">{t('settings.language')}</Label>
        <div className="choices__grid">
          {Object.entries(languageNames).map(([language, name]) => (
            <Option key={language} value={language} name={name} language={language} />
          ))}
        </div>
      </RadioGroup>
      <RadioGroup
        className="choices"
        value={settings.theme}
        onChange={(value) => void perform(workbench, 'setTheme', { theme: value as Settings['theme'] })}
      >
        <Label className="choices__title">{t('settings.theme')}</Label>
        <div className="choices__grid">
          {themes.map((theme) => (
            <Option key={theme} value={theme} name={t(`settings.themes.${theme}`)} />
          ))}
        </div>
      </RadioGroup>
      <RadioGroup
        className="choices"
        value={String(settings.keptDays ?? 'never')}
        onChange={(value) => void perform(workbench, 'setKeptDays', { days: value === 'never' ? null : Number(value) })}
      >
        <Label className="choices__title">{t('settings.kept')}</Label>
        <div className="choices__grid">
          {keptChoices.map((days) => (
            <Option key={days} value={days} name={t(`settings.keptDays.${days}`)} />
          ))}
        </div>
      </RadioGroup>
      <section className="about" aria-label={t('settings.about')}>
        <h3>{t('settings.about')}</h3>
        <p className="hint">
          {t('app.name')} · {t('settings.version', { version: app.version })} · {t(`settings.host.${app.host}`)} ·{' '}
          {app.platform}
        </p>
      </section>
    </Window>
  )
}

function Option({ value, name, language }: { value: string; name: string; language?: string }) {
  return (
    <Radio className="choice" value={value}>
      <span className="choice__box choice__box--round" aria-hidden="true" />
      <span className="choice__text" lang={language}>
        {name}
      </span>
    </Radio>
  )
}
