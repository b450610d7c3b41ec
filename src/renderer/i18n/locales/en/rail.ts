/** English texts of the rail and of a job’s header and places. */
export const rail = {
  rail: {
    simulator: 'Simulator – not a real car',
    server: 'Server: {{name}}',
    settings: 'Settings',
    scripts: 'Scripts',
    script: 'Script',
    moreScripts_one: 'and {{count}} more script',
    moreScripts_other: 'and {{count}} more scripts',
    developer: 'Developer view',
    waiting: {
      you: 'Waiting for you',
      operator: 'Waiting for the operator',
      function: '{{name}} is running',
      server: 'Waiting for the server',
      controlUnit: {
        silent: 'Waiting for the control unit',
        working: 'The control unit is working',
        'near-limit': 'The control unit is working – the function may soon stop waiting',
        'over-limit': 'The control unit is still working – the function may have stopped waiting',
      },
      link: 'The car cannot be reached',
      nobody: 'Ready for a function',
      ended: 'Ended',
    },
  },
  job: {
    places: 'Parts of this job',
    log: 'Log',
    values: 'Battery, ignition and link',
    showQuestion: 'Show the question',
    developerText: 'For people who write functions. Nothing here is needed to work on a car.',
  },
} as const
