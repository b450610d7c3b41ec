import type { Messages } from '../en/index.ts'
import { app } from './app.ts'
import { closing } from './closing.ts'
import { facts } from './facts.ts'
import { failure } from './failure.ts'
import { finish } from './finish.ts'
import { help } from './help.ts'
import { history } from './history.ts'
import { jobLog } from './job-log.ts'
import { jobs } from './jobs.ts'
import { lost } from './lost.ts'
import { prompt } from './prompt.ts'
import { rail } from './rail.ts'
import { server } from './server.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'
import { start } from './start.ts'
import { update } from './update.ts'

/** French texts. */
export const fr: Messages = {
  ...app,
  ...jobs,
  ...facts,
  ...server,
  ...start,
  ...session,
  ...prompt,
  ...rail,
  ...finish,
  ...closing,
  ...settings,
  ...history,
  ...jobLog,
  ...lost,
  ...help,
  ...failure,
  ...update,
}
