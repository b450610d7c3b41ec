import { placeOpened, type ScreenStore } from '../../store/screen.ts'
import { useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'

/** The places of a job that have content today. */
export const jobPlaces = ['functions', 'log'] as const
/** A place of a job. */
export type JobPlaceName = (typeof jobPlaces)[number]

/** The open place of a job; Functions until a person opens another one. */
export function useJobPlace(handle: string): readonly [JobPlaceName, (place: JobPlaceName) => void] {
  const { screen } = useWorkbench()
  const place = useScreen((state) => state.places.get(handle)) ?? 'functions'
  return [place, (next) => openPlace(screen, handle, next)]
}

function openPlace(screen: ScreenStore, handle: string, place: JobPlaceName): void {
  screen.setState({ developerFor: null })
  placeOpened(screen, handle, place)
}

/**
 * Whether the developer view of what is on the screen is open, and the function that opens or closes it. It closes by itself
 * when another job is shown and when a session ends.
 */
export function useDeveloperView(): { readonly isOpen: boolean; readonly toggle: () => void } {
  const { screen } = useWorkbench()
  const session = useSlice('session')
  const otherCar = useScreen((state) => state.otherCar)
  const own = session === null ? 'start' : `${session.handle} ${session.phase === 'ended' ? 'ended' : 'open'}`
  const subject = otherCar?.key ?? own
  const isHistory = useScreen((state) => state.isHistoryShown)
  const isOpen = useScreen((state) => state.developerFor) === subject && !isHistory
  return { isOpen, toggle: () => screen.setState({ developerFor: isOpen ? null : subject, isHistoryShown: false }) }
}
