import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'

const commands = { idle: 'checkForUpdate', available: 'downloadUpdate', ready: 'installUpdate' } as const

/** The one thing that a person can do about updates now; null when there is none. Nothing is done while a job is open. */
export function useUpdateAction() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const { status, version = '' } = useSlice('update')
  const isDisabled = useSlice('jobs').some(({ phase }) => phase !== 'ended')
  const pending = useScreen((state) => state.pending)
  if (status !== 'idle' && status !== 'available' && status !== 'ready') return null
  const command = commands[status]
  const names = {
    idle: t('update.check'),
    available: t('update.download', { version }),
    ready: t('update.install'),
  }
  return {
    name: names[status],
    isDisabled,
    isBusy: pending.has(command),
    // The failure is shown beside the line, from the state of main.
    perform: () => void perform(workbench, command, undefined, { quiet: command !== 'installUpdate' }),
  }
}
