import type { Settings } from './app-state.ts'
import { defaultVoltageLimits } from './car-link.ts'

/** The settings of a new installation. */
export const defaultSettings: Settings = {
  language: 'en',
  theme: 'system',
  keptDays: null,
  textSize: 'normal',
  sound: false,
  voltageLimits: defaultVoltageLimits,
}
