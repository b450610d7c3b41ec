/** English texts. */
export const update = {
  update: {
    title: 'Updates',
    idle: 'You have the newest version.',
    unknown: 'Not checked yet.',
    checkedAt: 'Last checked: {{at}}',
    checking: 'Checking for updates…',
    available: 'Version {{version}} is available.',
    downloading: 'Fetching version {{version}}: {{percent}} %',
    ready: 'Version {{version}} is ready. The application closes, installs it and starts again.',
    installing: 'Installing version {{version}}…',
    afterJob: 'It can be installed when no job is open.',
    check: 'Check for updates',
    download: 'Fetch version {{version}}',
    install: 'Install now',
    off: {
      'not-packed': 'This is a build of a developer: it takes no updates.',
      'no-feed': 'No update server is set for this installation.',
      'by-system': 'Updates come with the system’s package manager.',
    },
  },
} as const
