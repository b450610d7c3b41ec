import { Worker } from 'node:worker_threads'
import { type JournalAnswer, type JournalCall, serveJournal } from './journal-calls.ts'
import { JournalDatabase } from './journal-database.ts'

/** Passes calls to the owner of the file. Answers come in the order of the calls; a call never rejects. */
export interface JournalThread {
  call<C extends JournalCall>(call: C): Promise<JournalAnswer<C['kind']>>
}

/** The file in this thread: for tests, and where no worker can be started. */
export function journalHere(folder: string, nowMs: () => number): JournalThread {
  const database = new JournalDatabase(folder, nowMs)
  return {
    call: <C extends JournalCall>(call: C) => Promise.resolve(serveJournal(database, call) as JournalAnswer<C['kind']>),
  }
}

/** Where the worker and the journal are. */
export interface WorkerOptions {
  readonly file: string | URL
  readonly folder: string
  /** Unix ms, for the name of a file that is set aside. */
  readonly nowMs: () => number
  /** No worker could be used. */
  readonly onReplaced: () => void
}

/**
 * The file in a worker thread, so that a slow disk does not hold up main. A worker that does not start or dies is replaced by this
 * thread; calls without an answer are repeated, which is safe because facts are numbered.
 */
export function journalInWorker({ file, folder, nowMs, onReplaced }: WorkerOptions): JournalThread {
  const waiting = new Map<number, { readonly call: JournalCall; readonly resolve: (answer: JournalAnswer) => void }>()
  let here: JournalThread | undefined
  let last = 0
  const worker = new Worker(file, { workerData: { folder }, stdin: false })
  worker.unref()
  const replace = () => {
    if (here) return
    here = journalHere(folder, nowMs)
    const left = [...waiting.values()]
    waiting.clear()
    if (left.some(({ call }) => call.kind !== 'close')) onReplaced()
    for (const { call, resolve } of left) void here.call(call).then(resolve)
  }
  worker.on('message', ({ id, answer }: { id: number; answer: JournalAnswer }) => {
    const call = waiting.get(id)
    waiting.delete(id)
    call?.resolve(answer)
  })
  worker.on('error', replace)
  worker.on('exit', replace)
  return {
    call: <C extends JournalCall>(call: C) => {
      if (here) return here.call(call)
      const { promise, resolve } = Promise.withResolvers<JournalAnswer<C['kind']>>()
      last += 1
      waiting.set(last, { call, resolve: resolve as (answer: JournalAnswer) => void })
      worker.postMessage({ id: last, call })
      return promise
    },
  }
}
