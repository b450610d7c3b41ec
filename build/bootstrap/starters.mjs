/** Which processes have started this one: npm, the shell between, and whoever started npm. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * @typedef {{ parent: number, command: string[] }} ProcessEntry
 */

/**
 * Looks a process up; undefined when it is gone or cannot be looked up (on Windows, whose console ends what runs in it).
 * @param {number} pid
 * @returns {ProcessEntry | undefined}
 */
function lookUp(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      return { parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') }
    }
    if (process.platform === 'win32') return undefined
    const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const [parent, ...command] = line.split(/\s+/)
    return { parent: Number(parent), command }
  } catch {
    return undefined
  }
}

/**
 * A shell that only runs one command (`sh -c …`) for somebody else.
 * @param {string[]} command
 */
const isGoBetween = ([program = '', option = '']) =>
  /^-?(?:.*\/)?(?:ba|da|z|k|a)?sh$/.test(program) && /^-[a-z]*c$/.test(option)

/**
 * The processes that a command of this project ends with, nearest first. Process 1 is left out: what it adopts has lost its starter.
 * @param {{ first?: number, isUnderNpm?: boolean, look?: (pid: number) => ProcessEntry | undefined }} [options]
 * @returns {number[]}
 */
export function starters(options = {}) {
  const { first = process.ppid, isUnderNpm = Boolean(process.env.npm_lifecycle_event), look = lookUp } = options
  const found = []
  let npmIsToCome = isUnderNpm
  for (let pid = first; pid > 1; ) {
    found.push(pid)
    const entry = look(pid)
    if (!entry) break
    if (!isGoBetween(entry.command)) {
      if (!npmIsToCome) break
      npmIsToCome = false
    }
    pid = entry.parent
  }
  return found
}

/**
 * Whether a process can still be seen; one of another user can.
 * @param {number} pid
 */
export function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
