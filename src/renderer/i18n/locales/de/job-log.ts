import type { jobLog as english } from '../en/job-log.ts'
import type { Translation } from '../translation.ts'

/** German texts of the log of a job. */
export const jobLog: Translation<typeof english> = {
  jobLog: {
    said: '{{function}}: {{text}}',
    leftOut_one: '{{count}} Protokollzeile wurde ausgelassen, weil es zu viele auf einmal waren',
    leftOut_other: '{{count}} Protokollzeilen wurden ausgelassen, weil es zu viele auf einmal waren',
    forgotten_one: '{{count}} ältere Protokollzeile wird nicht mehr gezeigt',
    forgotten_other: '{{count}} ältere Protokollzeilen werden nicht mehr gezeigt',
    loading: 'Das Protokoll wird geladen…',
    show: 'Anzeigen',
    shows: {
      all: 'Alles',
      questions: 'Fragen und Antworten',
      problems: 'Probleme',
      lines: 'Protokollzeilen',
    },
    empty: {
      all: 'Noch nichts geschehen',
      questions: 'Keine Fragen',
      problems: 'Keine Probleme',
      lines: 'Keine Protokollzeilen',
    },
    emptyText: {
      all: 'Jeder Schritt dieses Auftrags erscheint hier.',
      questions: 'Fragen und Ihre Antworten erscheinen hier.',
      problems: 'Warnungen, Fehler und verlorene Verbindungen erscheinen hier.',
      lines: 'Was Funktionen während der Arbeit notieren, erscheint hier.',
    },
  },
}
