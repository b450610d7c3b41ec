/** English texts. */
export const closing = {
  closing: {
    title_one: 'A session is still open',
    title_other: '{{count}} sessions are still open',
    ways: 'Ways to close',
    back: 'Go back',
    finish: 'Finish first…',
    finishText: 'Choose the result of the work. It is stored, and the application stays open.',
    interrupt: 'Abort without result and close',
    interruptText_one: 'The session stops at once and no result is stored.',
    interruptText_other: 'All these sessions stop at once and no result is stored.',
    untilSome:
      'The server keeps each session until its key expires, at the latest in five minutes. No results are stored.',
    interrupting: 'Aborting the session…',
    interruptFailed: 'The session could not be aborted',
    interruptFailedHelp:
      'The application is still open. Check the network of this computer and try again, or leave the session open and close.',
    leave: 'Leave open and close',
    closeAnyway: 'Close anyway',
    closing: 'Closing…',
    endsWithEngine:
      'The built-in simulator closes together with the application, and the session with it. No result is stored.',
    beingFinished: 'The result is being stored. Closing waits a few seconds for it, no longer.',
    notClaimed:
      'The session is not taken over yet. The server closes it by itself, usually within a minute. No result is stored.',
    untilTokenEnds:
      'The key of the session is valid until {{time}}. Until about then the server keeps the session and its connection stays in use. No result is stored.',
    foundAgain:
      'If you start on the same ticket or diagnostic adapter before that, the application recognises the session as its own and offers to abort it. You can resume it if this computer can store its key safely.',
  },
} as const
