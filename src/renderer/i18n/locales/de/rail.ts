import type { rail as english } from '../en/rail.ts'
import type { Translation } from '../translation.ts'

/** German texts of the rail and of a job’s header and places. */
export const rail: Translation<typeof english> = {
  rail: {
    simulator: 'Simulator – kein echtes Fahrzeug',
    server: 'Server: {{name}}',
    settings: 'Einstellungen',
    scripts: 'Skripte',
    script: 'Skript',
    moreScripts_one: 'und {{count}} weiteres Skript',
    moreScripts_other: 'und {{count}} weitere Skripte',
    developer: 'Entwickleransicht',
    waiting: {
      you: 'Wartet auf Sie',
      operator: 'Wartet auf den Operator',
      function: '{{name}} läuft',
      server: 'Wartet auf den Server',
      controlUnit: {
        silent: 'Wartet auf das Steuergerät',
        working: 'Das Steuergerät arbeitet',
        'near-limit': 'Das Steuergerät arbeitet – die Funktion wartet eventuell nicht mehr lange',
        'over-limit': 'Das Steuergerät arbeitet noch – die Funktion wartet eventuell nicht mehr',
      },
      link: 'Fahrzeug nicht erreichbar',
      nobody: 'Bereit für eine Funktion',
      ended: 'Beendet',
    },
  },
  job: {
    places: 'Bereiche dieses Auftrags',
    log: 'Protokoll',
    values: 'Batterie, Zündung und Verbindung',
    showQuestion: 'Frage zeigen',
    developerText: 'Für alle, die Funktionen schreiben. Für die Arbeit am Fahrzeug wird nichts davon gebraucht.',
  },
}
