import type { rail as english } from '../en/rail.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts of the rail and of a job’s header and places. */
export const rail: Translation<typeof english> = {
  rail: {
    simulator: 'Simulator – geen echte auto',
    server: 'Server: {{name}}',
    settings: 'Instellingen',
    scripts: 'Scripts',
    script: 'Script',
    moreScripts_one: 'en nog {{count}} script',
    moreScripts_other: 'en nog {{count}} scripts',
    developer: 'Ontwikkelaarsweergave',
    waiting: {
      you: 'Wacht op u',
      operator: 'Wacht op de operator',
      function: '{{name}} wordt uitgevoerd',
      server: 'Wacht op de server',
      controlUnit: {
        silent: 'Wacht op de regeleenheid',
        working: 'De regeleenheid is bezig',
        'near-limit': 'De regeleenheid is bezig – de functie wacht misschien niet lang meer',
        'over-limit': 'De regeleenheid is nog bezig – de functie wacht misschien niet meer',
      },
      link: 'De auto is niet bereikbaar',
      nobody: 'Klaar voor een functie',
      ended: 'Beëindigd',
    },
  },
  job: {
    places: 'Onderdelen van deze opdracht',
    log: 'Logboek',
    values: 'Accu, contact en verbinding',
    showQuestion: 'Vraag tonen',
    developerText: 'Voor wie functies schrijft. Voor het werk aan de auto is hier niets nodig.',
  },
}
