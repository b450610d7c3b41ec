import { readFileSync } from 'node:fs'

/** How often the processes are checked, in milliseconds. */
const lookEveryMs = 500

/**
 * Calls `gone` once, as soon as one of the processes has ended, even before the call. Signals and
 * closed streams are not enough: a killed process sends none, and other processes may hold its streams.
 */
export function whenGone(pids: readonly number[], gone: () => void): void {
  const identities = new Map(pids.map((pid) => [pid, identityOf(pid)]))
  const look = () => {
    const isGone = pids.some((pid) => {
      const identity = identities.get(pid)
      return identity === undefined || identityOf(pid) !== identity
    })
    if (!isGone) return
    clearInterval(timer)
    gone()
  }
  const timer = setInterval(look, lookEveryMs)
  timer.unref()
  look()
}

/** Start time that distinguishes a process from a later one with the same id; undefined when it has ended. */
export function identityOf(pid: number): string | undefined {
  const stat = linuxStat(pid)
  // A process that has ended but was not waited for (Z, X) keeps its id.
  if (stat !== undefined) return /[ZXx]/.test(stat.state) ? undefined : stat.startTime
  try {
    process.kill(pid, 0)
    return 'running'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'running' : undefined
  }
}

/** Fields 3 and 22 of /proc/<pid>/stat (proc(5)); the name in field 2 may hold spaces and brackets. */
function linuxStat(pid: number): { readonly state: string; readonly startTime: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' }
  } catch {
    return undefined
  }
}
