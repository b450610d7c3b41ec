import { useTranslation } from 'react-i18next'
import type { CarLinkProblem } from '../../../shared/car-link.ts'
import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { useCarLink, useCarLinkAnnouncements } from './use-car-link.ts'

const serious: ReadonlySet<CarLinkProblem> = new Set(['lost', 'no-internet', 'unplugged'])

/** The problems of car and link, and what to do. A slow link has only its chip. The announcer reads them aloud. */
export function CarLinkNotices() {
  const { t } = useTranslation()
  const carLink = useCarLink()
  useCarLinkAnnouncements(carLink)
  return carLink.problems
    .filter((problem) => problem !== 'slow')
    .map((problem) => (
      <Notice
        key={problem}
        tone={serious.has(problem) ? 'danger' : 'warning'}
        title={t(`link.state.${problem}`)}
        actions={problem === 'lost' && <WaysOut />}
      >
        <p>{t(`link.help.${problem}`)}</p>
      </Notice>
    ))
}

function WaysOut() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const isBusy = useScreen((screen) => screen.pending.has('reconnect'))
  const handle = useSlice('session')?.handle
  return (
    <>
      <Action isBusy={isBusy} onPress={() => void perform(workbench, 'reconnect', undefined)}>
        {t('link.keepTrying')}
      </Action>
      <Action look="danger" onPress={() => handle && dialogOpened(workbench.screen, { kind: 'interrupt-own', handle })}>
        {t('link.end')}
      </Action>
    </>
  )
}
