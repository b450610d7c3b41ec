import type { jobLog as english } from '../en/job-log.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts of the log of a job. */
export const jobLog: Translation<typeof english> = {
  jobLog: {
    said: '{{function}}: {{text}}',
    leftOut_one: '{{count}} logregel is weggelaten omdat er te veel tegelijk waren',
    leftOut_other: '{{count}} logregels zijn weggelaten omdat er te veel tegelijk waren',
    forgotten_one: '{{count}} oudere logregel wordt niet meer getoond',
    forgotten_other: '{{count}} oudere logregels worden niet meer getoond',
    loading: 'Het logboek wordt geladen…',
    show: 'Tonen',
    shows: {
      all: 'Alles',
      questions: 'Vragen en antwoorden',
      problems: 'Problemen',
      lines: 'Logregels',
    },
    empty: {
      all: 'Er is nog niets gebeurd',
      questions: 'Geen vragen',
      problems: 'Geen problemen',
      lines: 'Geen logregels',
    },
    emptyText: {
      all: 'Elke stap van deze opdracht verschijnt hier.',
      questions: 'Vragen en uw antwoorden verschijnen hier.',
      problems: 'Waarschuwingen, fouten en verbroken verbindingen verschijnen hier.',
      lines: 'Wat functies tijdens het werk noteren, verschijnt hier.',
    },
  },
}
