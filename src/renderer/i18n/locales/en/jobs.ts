/** English texts. */
export const jobs = {
  jobs: {
    title: 'Jobs',
    questions_one: '{{count}} question',
    questions_other: '{{count}} questions',
    onServer: 'on {{server}}',
  },
  journal: {
    title: 'The record is not being saved',
    text: 'You can keep working. Everything is saved as soon as the disk accepts it.',
    'disk-full': 'The disk of this computer is full. Free some space.',
    'read-only': 'The application cannot write to its folder. Check the permissions.',
    locked: 'Another program is using the record. Close it.',
    slow: 'The disk of this computer is very slow.',
    damaged: 'The record file is damaged.',
    unknown: 'The disk of this computer reports an error.',
    setAside: 'The record of earlier jobs could not be read',
    setAsideText: 'It was kept as {{file}} in the application folder. A new record was started.',
    startWithout: 'Start without record',
    finishWithout: 'Finish without record',
    without: 'If this computer stops now, this step will be missing from the record.',
  },
  storage: {
    'set-aside': 'The stored settings and servers could not be read',
    'set-aside-text': 'They were kept as {{file}} in the application folder. Choose your language and servers again.',
    'left-alone': 'The stored settings and servers could not be opened',
    'left-alone-text':
      'They are unchanged. The disk may be full, or another program is using the file. Changes you make now are kept only until you close the application.',
    'memory-only': 'Nothing can be stored on this disk',
    'memory-only-text': 'Settings, servers and session records are kept only until you close the application.',
  },
  copy: {
    copy: 'Copy connection',
    title: 'Connect a script of your own',
    text: 'Copies the address and a key of this server as OPENOBD_… lines. Paste them into a terminal; a diagnostic function started there asks its questions here.',
    done: 'Connection copied. Paste it into the terminal of your script. It contains a key: do not share it.',
  },
} as const
