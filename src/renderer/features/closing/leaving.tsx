import { useTranslation } from 'react-i18next'
import { assertNever } from '../../../shared/assert-never.ts'
import type { SessionView } from '../../../shared/session.ts'
import { formatTime } from '../../i18n/format.ts'
import { useSlice } from '../../store/workbench.ts'

/** What happens to a session that is left open when the application closes. */
export type Leaving = 'ends-with-engine' | 'being-finished' | 'not-claimed' | 'until-token-ends'

/** Derives it from the server, the phase and the token. */
export function useLeaving(session: SessionView): Leaving {
  const { profileId } = useSlice('endpoint')
  const profiles = useSlice('profiles')
  if (session.phase === 'finishing') return 'being-finished'
  if (profiles.find(({ id }) => id === profileId)?.kind === 'embedded') return 'ends-with-engine'
  return session.token === undefined ? 'not-claimed' : 'until-token-ends'
}

/** Explains it in a sentence. */
export function LeavingText({ leaving, session }: { leaving: Leaving; session: SessionView }) {
  const { t, i18n } = useTranslation()
  switch (leaving) {
    case 'ends-with-engine':
      return <p>{t('closing.endsWithEngine')}</p>
    case 'being-finished':
      return <p>{t('closing.beingFinished')}</p>
    case 'not-claimed':
      return <p>{t('closing.notClaimed')}</p>
    case 'until-token-ends':
      return (
        <>
          <p>{t('closing.untilTokenEnds', { time: formatTime(session.token?.expiresAt ?? 0, i18n.language) })}</p>
          <p className="hint">{t('closing.foundAgain')}</p>
        </>
      )
    default:
      return assertNever(leaving)
  }
}
