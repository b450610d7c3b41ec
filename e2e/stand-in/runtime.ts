import type { Chromium } from './chromium.ts'
import { StandInError } from './stand-in-error.ts'

let chromium: Chromium | undefined

/** Called once by boot, when Chromium is ready. */
export function chromiumStarted(started: Chromium): void {
  chromium = started
}

/** The Chromium of this application; throws before the application is ready, as Electron does for windows. */
export function runningChromium(): Chromium {
  if (!chromium) throw new StandInError('Windows can be made only after the application is ready.')
  return chromium
}
