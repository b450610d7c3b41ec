import { useEffect, useMemo, useRef } from 'react'
import { type CarLink, carLinkOf } from '../../../shared/car-link.ts'
import { announce } from '../../components/announce.ts'
import type { Tone } from '../../components/Chip.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'

/** Car and link, as every part of the window shows them. */
export function useCarLink(): CarLink {
  const link = useSlice('link')
  const endpoint = useSlice('endpoint')
  const session = useSlice('session')
  const status = session?.server.status ?? endpoint.status
  const { voltageLimits } = useSlice('settings')
  return useMemo(() => carLinkOf(link, status, voltageLimits), [link, status, voltageLimits])
}

/** The colour of the state; green only while no problem is known. */
export function carLinkTone({ state, running }: CarLink): Tone {
  if (state === 'good') return 'good'
  if (state === 'none' || state === 'waiting') return 'neutral'
  return running === 'impossible' && state !== 'reconnecting' ? 'danger' : 'warning'
}

/** `SpokenLoss` announces these. */
const isLoss = (state: CarLink['state']): boolean =>
  state === 'lost' || state === 'reconnecting' || state === 'server-late'

/** Announces changes of the car, except at the start of a session. */
export function useCarLinkAnnouncements({ state, running, problems }: CarLink): void {
  const { t } = useTranslation()
  const said = useRef(state)
  const isTroubled = useRef(problems.length > 0)
  useEffect(() => {
    if (said.current === state) return
    said.current = state
    if (state === 'good' && isTroubled.current) announce(t('link.again'), 'polite')
    isTroubled.current = state !== 'good' && state !== 'waiting' && state !== 'none'
    if (!isTroubled.current || isLoss(state)) return
    announce(`${t(`link.state.${state}`)}.`, running === 'impossible' ? 'assertive' : 'polite')
  }, [state, running, t])
}
