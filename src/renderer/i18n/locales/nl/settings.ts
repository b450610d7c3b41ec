import type { settings as english } from '../en/settings.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const settings: Translation<typeof english> = {
  settings: {
    title: 'Instellingen',
    language: 'Taal',
    theme: 'Weergave',
    themes: { system: 'Zoals het systeem', light: 'Licht', dark: 'Donker' },
    textSize: 'Tekstgrootte',
    textSizes: { normal: 'Normaal', large: 'Groot', largest: 'Zeer groot' },
    sound: 'Geluid',
    soundOn: 'Geluid afspelen als er een vraag komt',
    limits: 'Accuwaarschuwingen',
    limitsText: 'U krijgt een waarschuwing als de spanning buiten deze grenzen ligt.',
    limitLow: 'Accu van {{volts}} V: onder (V)',
    limitHigh: 'Accu van {{volts}} V: boven (V)',
    limitsReset: 'Gebruikelijke grenzen gebruiken',
    kept: 'Gesloten opdrachten bewaren',
    keptDays: {
      never: 'Tot ik ze verwijder',
      '30': '30 dagen',
      '90': '90 dagen',
      '365': 'Een jaar',
      '1825': 'Vijf jaar',
    },
    about: 'Over',
    version: 'Versie {{version}}',
    host: { electron: 'Electron', 'stand-in': 'Vervanger van Electron (niet de echte)' },
  },
}
