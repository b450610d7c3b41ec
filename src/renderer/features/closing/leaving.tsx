import { assertNever } from '../../../shared/assert-never.ts'
import type { JobTile } from '../../../shared/job.ts'
import { formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'

/** What happens to sessions that are left open when the application closes. */
export type Leaving =
  | { readonly kind: 'ends-with-engine' | 'being-finished' | 'not-claimed' | 'several' }
  | { readonly kind: 'until-token-ends'; readonly expiresAt: number }

/** Derives it from servers, phases and the token. */
export function useLeaving(jobs: readonly JobTile[]): Leaving {
  const session = useSlice('session')
  if (jobs.some(({ phase }) => phase === 'finishing')) return { kind: 'being-finished' }
  if (jobs.every(({ isSimulated }) => isSimulated)) return { kind: 'ends-with-engine' }
  if (jobs.every(({ phase }) => phase === 'starting' || phase === 'claiming')) return { kind: 'not-claimed' }
  const [only] = jobs.length === 1 ? jobs : []
  if (only && session?.handle === only.handle && session.token)
    return { kind: 'until-token-ends', expiresAt: session.token.expiresAt }
  return { kind: 'several' }
}

/** Explains it in a sentence. */
export function LeavingText({ leaving }: { leaving: Leaving }) {
  const { t, language } = useTranslation()
  switch (leaving.kind) {
    case 'ends-with-engine':
      return <p>{t('closing.endsWithEngine')}</p>
    case 'being-finished':
      return <p>{t('closing.beingFinished')}</p>
    case 'not-claimed':
      return <p>{t('closing.notClaimed')}</p>
    case 'several':
      return <p>{t('closing.untilSome')}</p>
    case 'until-token-ends':
      return (
        <>
          <p>{t('closing.untilTokenEnds', { time: formatTime(leaving.expiresAt, language) })}</p>
          <p className="hint">{t('closing.foundAgain')}</p>
        </>
      )
    default:
      return assertNever(leaving)
  }
}
