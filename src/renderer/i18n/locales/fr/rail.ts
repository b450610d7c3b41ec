import type { rail as english } from '../en/rail.ts'
import type { Translation } from '../translation.ts'

/** French texts of the rail and of a job’s header and places. */
export const rail: Translation<typeof english> = {
  rail: {
    simulator: 'Simulateur – pas un vrai véhicule',
    server: 'Serveur : {{name}}',
    settings: 'Réglages',
    scripts: 'Scripts',
    script: 'Script',
    moreScripts_one: 'et {{count}} autre script',
    moreScripts_other: 'et {{count}} autres scripts',
    developer: 'Vue développeur',
    waiting: {
      you: 'Attend votre réponse',
      operator: 'Attend l’opérateur',
      function: '{{name}} est en cours',
      server: 'Attend le serveur',
      controlUnit: {
        silent: 'Attend le calculateur',
        working: 'Le calculateur travaille',
        'near-limit': 'Le calculateur travaille – la fonction n’attendra peut-être plus longtemps',
        'over-limit': 'Le calculateur travaille encore – la fonction n’attend peut-être plus',
      },
      link: 'Véhicule injoignable',
      nobody: 'Prêt pour une fonction',
      ended: 'Terminée',
    },
  },
  job: {
    places: 'Parties de cette intervention',
    log: 'Journal',
    values: 'Batterie, contact et liaison',
    showQuestion: 'Afficher la question',
    developerText:
      'Pour les personnes qui écrivent des fonctions. Rien ici n’est nécessaire pour travailler sur un véhicule.',
  },
}
