import { useEffect, useRef, useState } from 'react'
import type { CarLinkState } from '../../../shared/car-link.ts'
import type { Prompt } from '../../../shared/prompt.ts'
import { announce } from '../../components/announce.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'

/** How long the way to the server is lost before a notice appears, in ms: many breaks are over before anybody has read it. */
const lastingMs = 600

/** The way to the server of the job on the screen. */
export interface ServerLoss {
  /** Nothing that is pressed would arrive. */
  readonly isLost: boolean
  /** It is lost for so long that a person should know. */
  readonly isLasting: boolean
  readonly state: Extract<CarLinkState, 'lost' | 'reconnecting' | 'server-late'>
  /** Unix ms at which the session expires if nothing comes back; undefined when that is not known. */
  readonly expiresAt?: number
}

/** Whether the way to the server of the job on the screen is lost. A car that cannot be reached is no such loss. */
export function useServerLoss(): ServerLoss {
  const session = useSlice('session')
  const link = useSlice('link')
  const isHeld = session?.phase === 'active' || session?.phase === 'finishing'
  const { liveness } = link ?? {}
  const silence = liveness === 'lost' || liveness === 'reconnecting' ? liveness : undefined
  const isLost = isHeld && (silence !== undefined || session.server.status !== 'ready')
  const isLasting = useLasting(isLost, session?.handle ?? '')
  const state = silence ?? 'server-late'
  return { isLost, isLasting, state, ...(session?.token ? { expiresAt: session.token.expiresAt } : {}) }
}

function useLasting(isLost: boolean, handle: string): boolean {
  const [lasting, setLasting] = useState<string | null>(null)
  useEffect(() => {
    if (!isLost) {
      setLasting(null)
      return
    }
    const timer = setTimeout(() => setLasting(handle), lastingMs)
    return () => clearTimeout(timer)
  }, [isLost, handle])
  return isLost && lasting === handle
}

/** Whether an answer to a prompt could not be sent now. */
export function useAnswersLocked(prompt: Prompt): boolean {
  const own = useSlice('session')
  const { status } = useSlice('endpoint')
  const { isLost } = useServerLoss()
  return own?.handle === prompt.session.key ? isLost : status !== 'ready'
}

/** Announces once per loss that answers are locked, and how long the session lasts. Draw it where it outlives every screen. */
export function SpokenLoss() {
  const { t } = useTranslation()
  const handle = useSlice('session')?.handle
  const { isLost, isLasting, state, expiresAt } = useServerLoss()
  const spoken = useRef(new Set<string>())
  useEffect(() => {
    if (handle === undefined) return
    if (!isLost) spoken.current.delete(handle)
    if (!isLasting || spoken.current.has(handle)) return
    spoken.current.add(handle)
    const minutes = expiresAt === undefined ? 0 : Math.ceil((expiresAt - Date.now()) / 60_000)
    const locked = minutes > 0 ? t('lost.saidLeft', { count: minutes }) : t('lost.said')
    announce(`${t(`link.state.${state}`)}. ${locked}`, 'assertive')
  }, [handle, isLost, isLasting, state, expiresAt, t])
  return null
}
