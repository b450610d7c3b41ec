/** Error for a port that cannot be listened on; the message says why and what to do. */
export class PortError extends Error {}

/** Listens by `listen` on the port of a command line option; rejects with a {@link PortError} when the system refuses it, and with everything else as it is. */
export async function listenOn<Listening>(
  option: string,
  port: number,
  listen: () => Promise<Listening>,
): Promise<Listening> {
  try {
    return await listen()
  } catch (error) {
    const code = systemCodeOf(error)
    throw code === undefined
      ? error
      : new PortError(sentencesFor(code, `${option} ${port}`, port === 0), { cause: error })
  }
}

/** The code of a system error such as EACCES. */
function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined
}

function sentencesFor(code: string, what: string, isAny: boolean): string {
  const anotherOne = isAny ? 'Try again, or choose a port yourself.' : 'Choose another one, or 0 for any that is free.'
  switch (code) {
    case 'EADDRINUSE':
      return isAny
        ? `The system has no free port to give: ${what}. End some programs that hold many connections, or choose a port yourself.`
        : `The port is in use already: ${what}. ${anotherOne}`
    case 'EACCES':
    case 'EPERM':
      return isAny
        ? `The system does not let this program listen on any port: ${what}. Check its permissions, for example a sandbox or a firewall.`
        : `The system does not let you listen on this port: ${what}. Choose one above 1023, or 0 for any that is free.`
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `This machine has no address 127.0.0.1 to listen on: ${what}. Switch its loopback interface on.`
    case 'EMFILE':
    case 'ENFILE':
      return `Too many files are open to listen on a port: ${what}. End some programs, or raise the limit of open files.`
    default:
      return `${isAny ? 'No port' : 'The port'} can${isAny ? '' : 'not'} be listened on (${code}): ${what}. ${anotherOne}`
  }
}
