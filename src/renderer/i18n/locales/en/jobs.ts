/** English texts. */
export const jobs = {
  jobs: {
    title: 'Jobs',
    new: 'New job',
    show: 'Show {{name}}',
    questions_one: '{{count}} question',
    questions_other: '{{count}} questions',
    onServer: 'on {{server}}',
    full: '{{count}} jobs are open',
  },
  journal: {
    title: 'The record is not being saved',
    text: 'Work can go on. Everything is saved as soon as the disk accepts it.',
    'disk-full': 'The disk of this computer is full. Make room on it.',
    'read-only': 'The folder of the application cannot be written. Check its permissions.',
    locked: 'Another program is using the record. Close it.',
    slow: 'The disk of this computer takes very long.',
    damaged: 'The file of the record is damaged.',
    unknown: 'The disk of this computer reports an error.',
    setAside: 'The record of earlier jobs could not be read',
    setAsideText: 'It was set aside as {{file}} in the folder of the application. A new record was started.',
    startWithout: 'Start without record',
    finishWithout: 'Finish without record',
    without: 'If this computer stops now, this step will be missing from the record.',
  },
  storage: {
    'set-aside': 'The stored settings and servers could not be read',
    'set-aside-text':
      'They were set aside as {{file}} in the folder of the application, and new ones were started. Choose your language and servers again.',
    'left-alone': 'The stored settings and servers could not be opened this time',
    'left-alone-text':
      'They are untouched. The disk may be full, or another program holds the file. Everything you change now is kept until the application is closed.',
    'memory-only': 'Nothing can be stored on this disk',
    'memory-only-text': 'Settings, servers and records of sessions are kept until the application is closed.',
  },
  copy: {
    copy: 'Copy connection',
    title: 'Connect a script of your own',
    text: 'Copies the address and a key of this server as OPENOBD_… lines. Paste them into a terminal; a diagnostic function started there asks its questions here.',
    done: 'Connection copied. Paste it into the terminal of your script. It contains a key: do not share it.',
  },
} as const
