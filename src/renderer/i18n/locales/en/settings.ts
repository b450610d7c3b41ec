/** English texts. */
export const settings = {
  settings: {
    title: 'Settings',
    language: 'Language',
    theme: 'Appearance',
    themes: { system: 'Match system', light: 'Light', dark: 'Dark' },
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
