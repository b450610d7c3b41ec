/** The thread that owns the file of the journal: it answers calls in order. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../../openobd/clock.ts'
import { type JournalCall, serveJournal } from './journal-calls.ts'
import { JournalDatabase } from './journal-database.ts'

const database = new JournalDatabase(String((workerData as { folder: unknown }).folder), systemClock.wallMs)

parentPort?.on('message', ({ id, call }: { id: number; call: JournalCall }) => {
  parentPort?.postMessage({ id, answer: serveJournal(database, call) })
  if (call.kind === 'close') parentPort?.close()
})
