import type { update as english } from '../en/update.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const update: Translation<typeof english> = {
  update: {
    title: 'Updates',
    idle: 'Sie haben die neueste Version.',
    unknown: 'Noch nicht geprüft.',
    checkedAt: 'Zuletzt geprüft: {{at}}',
    checking: 'Suche nach Updates …',
    available: 'Version {{version}} ist verfügbar.',
    downloading: 'Version {{version}} wird geladen: {{percent}} %',
    ready: 'Version {{version}} ist bereit. Die Anwendung schließt sich, installiert sie und startet neu.',
    installing: 'Version {{version}} wird installiert …',
    afterJob: 'Sie kann installiert werden, wenn kein Auftrag offen ist.',
    check: 'Nach Updates suchen',
    download: 'Version {{version}} laden',
    install: 'Jetzt installieren',
    off: {
      'not-packed': 'Dies ist ein Build für Entwickler: Er bekommt keine Updates.',
      'no-feed': 'Für diese Installation ist kein Update-Server eingestellt.',
      'by-system': 'Updates kommen mit der Paketverwaltung des Systems.',
    },
  },
}
