import { KeyRound } from 'lucide-react'
import type { SessionView } from '../../../shared/session.ts'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { Fact, Facts } from '../../components/Facts.tsx'
import { Panel } from '../../components/Panel.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatCountdown } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useCarLink } from './use-car-link.ts'

type Token = NonNullable<SessionView['token']>

const tones: Record<Token['health'], Tone> = { fresh: 'good', late: 'warning', expiring: 'danger', expired: 'danger' }

/** Health and age of the session token. */
export function TokenPanel({ token }: { token: Token | undefined }) {
  const { t } = useTranslation()
  const isDead = useCarLink().running === 'impossible'
  const tone = (health: Token['health']) => (isDead && tones[health] === 'good' ? 'neutral' : tones[health])
  return (
    <Panel
      title={t('token.title')}
      icon={KeyRound}
      aside={token !== undefined && <Chip tone={tone(token.health)}>{t(`token.${token.health}`)}</Chip>}
    >
      {token === undefined ? <p className="hint">{t('token.absent')}</p> : <TokenFacts token={token} />}
    </Panel>
  )
}

function TokenFacts({ token }: { token: Token }) {
  const { t } = useTranslation()
  const now = useNow(1000)
  return (
    <Facts>
      <Fact name={t('token.age')}>{formatCountdown(now - token.receivedAt)}</Fact>
      <Fact name={t('token.timeLeft')}>
        {token.health !== 'fresh' && formatCountdown(token.health === 'expired' ? 0 : token.expiresAt - now)}
      </Fact>
      <Fact name={t('token.rotations')}>{t('token.rotationCount', { count: token.rotations })}</Fact>
    </Facts>
  )
}
