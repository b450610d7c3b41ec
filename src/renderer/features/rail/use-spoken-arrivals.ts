import { useEffect, useRef } from 'react'
import { announce } from '../../components/announce.ts'
import { visibleText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { useCarName } from '../prompt/CarPlate.tsx'
import { isWaiting, type OtherCar } from '../prompt/prompt-order.ts'
import { promptLabel, shortened } from '../prompt/prompt-text.ts'

/** Announces once that a question of another car waits, and which car it is. */
export function useSpokenArrivals(cars: readonly OtherCar[]): void {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const nameOf = useCarName()
  const spoken = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const waiting = cars.flatMap(({ prompts }) => prompts.filter(isWaiting))
    const fresh = waiting.find(({ id }) => !spoken.current.has(id))
    spoken.current = new Set(waiting.map(({ id }) => id))
    if (fresh === undefined) return
    const text = shortened(visibleText(promptLabel(fresh, language)), 200)
    announce(t('prompt.announceOtherCar', { car: nameOf(fresh.session), text }), 'polite')
  })
}
