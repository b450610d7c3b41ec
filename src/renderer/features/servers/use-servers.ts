import { useTranslation } from '../../i18n/use-translation.tsx'
import { toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'

/** The name of a server on the screen. */
export function useProfileName(profileId: string): string {
  const { t } = useTranslation()
  const profile = useSlice('profiles').find(({ id }) => id === profileId)
  if (profile === undefined) return t('server.noneChosen')
  if (profile.kind === 'embedded') return t('server.embeddedName')
  return profile.name === '' ? profile.host : profile.name
}

/** Copies the connection for scripts and confirms it. */
export function useCopyConnection(): { readonly isBusy: boolean; readonly run: () => void } {
  const workbench = useWorkbench()
  const isBusy = useScreen((screen) => screen.pending.has('copyConnection'))
  const run = async () => {
    const outcome = await perform(workbench, 'copyConnection', undefined)
    if (outcome.ok) toastRaised(workbench.screen, { kind: 'note', note: 'connectionCopied' })
  }
  return { isBusy, run: () => void run() }
}
