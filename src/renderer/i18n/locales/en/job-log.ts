/** English texts of the log of a job. */
export const jobLog = {
  jobLog: {
    said: '{{function}}: {{text}}',
    leftOut_one: '{{count}} log line was left out because there were too many at once',
    leftOut_other: '{{count}} log lines were left out because there were too many at once',
    forgotten_one: '{{count}} older log line is not shown any more',
    forgotten_other: '{{count}} older log lines are not shown any more',
    loading: 'Loading the log…',
    show: 'Show',
    shows: {
      all: 'Everything',
      questions: 'Questions and answers',
      problems: 'Problems',
      lines: 'Log lines',
    },
    empty: {
      all: 'Nothing has happened yet',
      questions: 'No questions',
      problems: 'No problems',
      lines: 'No log lines',
    },
    emptyText: {
      all: 'Every step of this job appears here.',
      questions: 'Questions and your answers appear here.',
      problems: 'Warnings, errors and lost connections appear here.',
      lines: 'What functions note while they work appears here.',
    },
  },
} as const
