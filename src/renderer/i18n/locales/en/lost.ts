/** English texts about a lost way to the server. */
export const lost = {
  lost: {
    tryNow: 'Try again now',
    locked: 'Answers are locked until the connection is back.',
    left: 'The session expires in {{left}} if the connection does not come back.',
    unconfirmed: 'The result is not confirmed yet.',
    unconfirmedExpired: 'The session has expired. Only the server knows whether the result arrived.',
    said: 'Answers are locked.',
    saidLeft_one: 'Answers are locked. The session expires in {{count}} minute if the connection does not come back.',
    saidLeft_other:
      'Answers are locked. The session expires in {{count}} minutes if the connection does not come back.',
    notAborted: 'Try again when the connection is back, or close the job here.',
    close: 'Close job…',
    closeTitle: 'Close this job while its session is open?',
    closeText:
      'The job leaves this window and nothing more is sent for it. The server ends the session when its key expires, at the latest in five minutes. No result is stored.',
    closeTextUnconfirmed:
      'The job leaves this window. It is not known whether your result is stored. After the next start of the application you find it under “Not finished”.',
    closeConfirm: 'Close the job',
  },
} as const
