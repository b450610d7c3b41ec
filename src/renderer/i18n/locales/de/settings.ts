import type { settings as english } from '../en/settings.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const settings: Translation<typeof english> = {
  settings: {
    title: 'Einstellungen',
    language: 'Sprache',
    theme: 'Darstellung',
    themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
    textSize: 'Schriftgröße',
    textSizes: { normal: 'Normal', large: 'Groß', largest: 'Sehr groß' },
    sound: 'Ton',
    soundOn: 'Ton abspielen, wenn eine Frage kommt',
    limits: 'Batteriewarnungen',
    limitsText: 'Sie werden gewarnt, wenn die Spannung außerhalb dieser Grenzen liegt.',
    limitLow: '{{volts}}-V-Batterie: unter (V)',
    limitHigh: '{{volts}}-V-Batterie: über (V)',
    limitsReset: 'Übliche Grenzen verwenden',
    kept: 'Geschlossene Aufträge aufbewahren',
    keptDays: {
      never: 'Bis ich sie lösche',
      '30': '30 Tage',
      '90': '90 Tage',
      '365': 'Ein Jahr',
      '1825': 'Fünf Jahre',
    },
    about: 'Über',
    version: 'Version {{version}}',
    host: { electron: 'Electron', 'stand-in': 'Ersatz für Electron (nicht das echte)' },
  },
}
