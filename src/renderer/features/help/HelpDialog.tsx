import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { shortcutNames } from './Shortcuts.tsx'

const listed = [...shortcutNames, 'move', 'press', 'close'] as const

/** The keys of the application. */
export function HelpDialog() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const isMac = useSlice('app').platform === 'darwin'
  const keysOf = (name: (typeof listed)[number]) =>
    name === 'job' && isMac ? t('help.jobKeysMac') : t(`help.keys.${name}`)
  return (
    <Window title={t('help.title')} onClose={() => dialogClosed(screen)}>
      <section className="choices" aria-label={t('help.keyboard')}>
        <h3>{t('help.keyboard')}</h3>
        <p className="hint">{t('help.text')}</p>
        <dl className="shortcuts">
          {listed.map((name) => (
            <div key={name}>
              <dt>
                <kbd>{keysOf(name)}</kbd>
              </dt>
              <dd>{t(`help.does.${name}`)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Window>
  )
}
