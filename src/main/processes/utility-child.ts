import { utilityProcess } from 'electron'
import { type Child, lineSplitter, type SpawnChild } from './child.ts'

/** Starts a child as an Electron utility process. It gets exactly the given environment and no usable stdin. */
export const spawnUtilityChild: SpawnChild = ({ file, args, environment, name }) => {
  const process = utilityProcess.fork(file, [...args], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    serviceName: name,
  })
  const child: Child = {
    onStdoutLine: (listener) => void process.stdout?.on('data', lineSplitter(listener)),
    onStderrLine: (listener) => void process.stderr?.on('data', lineSplitter(listener)),
    onMessage: (listener) => void process.on('message', listener),
    onExit: (listener) => void process.once('exit', (code: number | null) => listener(code)),
    post: (message) => process.postMessage(message),
    kill: () => void process.kill(),
  }
  return child
}
