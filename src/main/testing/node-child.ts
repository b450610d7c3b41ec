import { fork } from 'node:child_process'
import { join } from 'node:path'
import { lineSplitter, type SpawnChild } from '../processes/child.ts'

const root = join(import.meta.dirname, '../../..')

/** Runs bundled programs as Node children with the interface of a utility process: `process.parentPort` and no stdin. */
export const nodeChildSpawner =
  (onPid: (pid: number) => void): SpawnChild =>
  ({ file, args, environment }) => {
    const child = fork(file, [...args], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      execArgv: ['--disable-warning=ExperimentalWarning', '--import', join(root, 'e2e/stand-in/utility-child.ts')],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    if (child.pid !== undefined) onPid(child.pid)
    return {
      onStdoutLine: (listener) => void child.stdout?.on('data', lineSplitter(listener)),
      onStderrLine: (listener) => void child.stderr?.on('data', lineSplitter(listener)),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code) => listener(code)),
      post: (message) => void child.send(message as object, () => undefined),
      kill: () => void child.kill('SIGKILL'),
    }
  }

/** The path of a bundled program after `npm run build`. */
export const bundled = (path: string) => join(root, 'out', path)
