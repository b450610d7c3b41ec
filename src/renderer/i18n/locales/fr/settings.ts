import type { settings as english } from '../en/settings.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const settings: Translation<typeof english> = {
  settings: {
    title: 'Réglages',
    language: 'Langue',
    theme: 'Apparence',
    themes: { system: 'Comme le système', light: 'Claire', dark: 'Sombre' },
    textSize: 'Taille du texte',
    textSizes: { normal: 'Normale', large: 'Grande', largest: 'Très grande' },
    sound: 'Son',
    soundOn: 'Jouer un son à l’arrivée d’une question',
    limits: 'Avertissements de batterie',
    limitsText: 'Vous êtes averti quand la tension sort de ces limites.',
    limitLow: 'Batterie {{volts}} V : au-dessous de (V)',
    limitHigh: 'Batterie {{volts}} V : au-dessus de (V)',
    limitsReset: 'Utiliser les limites habituelles',
    kept: 'Conserver les interventions fermées',
    keptDays: {
      never: 'Jusqu’à leur suppression',
      '30': '30 jours',
      '90': '90 jours',
      '365': 'Un an',
      '1825': 'Cinq ans',
    },
    about: 'À propos',
    version: 'Version {{version}}',
    host: { electron: 'Electron', 'stand-in': 'Remplaçant d’Electron (pas le vrai)' },
  },
}
