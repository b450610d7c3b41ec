/** Starting programs from plain JavaScript that runs on Node 20 without node_modules. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The Node 24 that the npm package `node` brings. */
export const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** A failure that a person can act on: printed without a stack. */
export class SetupError extends Error {}

/**
 * Passes signals on to a child, which would not get them otherwise. Returns how to stop that, which tells whether any was passed on.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals[]} signals
 * @returns {() => boolean}
 */
function forwardSignals(child, signals) {
  let wasAsked = false
  const forward = (signal) => {
    wasAsked = true
    child.kill(signal)
  }
  for (const signal of signals) process.on(signal, forward)
  return () => {
    for (const signal of signals) process.off(signal, forward)
    return wasAsked
  }
}

/**
 * Runs a program to its end. Resolves with its exit code, or throws a SetupError unless `mayFail` is set.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { mayFail?: boolean, timeoutMs?: number }} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { mayFail = false, timeoutMs, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options })
    const timer = timeoutMs ? setTimeout(() => child.kill('SIGKILL'), timeoutMs) : undefined
    const stopForwarding = forwardSignals(child, ['SIGTERM', 'SIGHUP'])
    child.once('error', (error) => {
      clearTimeout(timer)
      stopForwarding()
      if (mayFail) resolve(127)
      else reject(new SetupError(`${program} cannot be started: ${error.message}`))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      // Whoever was asked to end does not go on with the next step.
      if (stopForwarding()) process.exit(code ?? 1)
      if (code === 0 || mayFail) resolve(code ?? 128)
      else reject(new SetupError(`${program} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}.`))
    })
  })
}

/**
 * Runs a program and collects its stdout; undefined when it cannot be started or fails.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string | undefined>}
 */
export function outputOf(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.once('error', () => resolve(undefined))
    child.once('close', (code) => resolve(code === 0 ? text.trim() : undefined))
  })
}

/** Whether this is the project's Node already (before the first install it may be an older one). */
export function runsOnNode24() {
  return Number(process.versions.node.split('.')[0]) >= 24
}

/** Whether this process can become another program and keep its number; Windows and older Nodes cannot. */
export const canReplaceItself = process.platform !== 'win32' && typeof process.execve === 'function'

/**
 * Replaces this process by a program; on Windows, which cannot, and on older Nodes it waits for it and takes over its
 * exit code.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [extraEnv]
 */
export function becomeProgram(program, args, extraEnv = {}) {
  const env = { ...process.env, ...extraEnv }
  if (canReplaceItself) {
    process.execve(program, [program, ...args], env)
  }
  const child = spawn(program, args, { cwd: process.cwd(), stdio: 'inherit', env })
  forwardSignals(child, ['SIGTERM', 'SIGINT', 'SIGHUP'])
  child.once('close', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

/**
 * Goes on as the project's Node with the given arguments.
 * @param {string[]} args
 * @param {Record<string, string>} [extraEnv]
 */
export function becomeNode(args, extraEnv = {}) {
  becomeProgram(node24, args, extraEnv)
}

/**
 * Runs the whole of a bootstrap script: a SetupError ends it with a readable line and exit code 1.
 * @param {() => Promise<void>} work
 */
export async function script(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}
