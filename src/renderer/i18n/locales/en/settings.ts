/** English texts. */
export const settings = {
  settings: {
    title: 'Settings',
    language: 'Language',
    theme: 'Appearance',
    themes: { system: 'Match system', light: 'Light', dark: 'Dark' },
    textSize: 'Text size',
    textSizes: { normal: 'Normal', large: 'Large', largest: 'Very large' },
    sound: 'Sound',
    soundOn: 'Play a sound when a question arrives',
    limits: 'Battery warnings',
    limitsText: 'You are warned when the voltage is outside these limits.',
    limitLow: '{{volts}} V battery: below (V)',
    limitHigh: '{{volts}} V battery: above (V)',
    limitsReset: 'Use the usual limits',
    kept: 'Keep closed jobs',
    keptDays: {
      never: 'Until I delete them',
      '30': '30 days',
      '90': '90 days',
      '365': 'One year',
      '1825': 'Five years',
    },
    about: 'About',
    version: 'Version {{version}}',
    host: { electron: 'Electron', 'stand-in': 'Electron stand-in (not the real thing)' },
  },
} as const
