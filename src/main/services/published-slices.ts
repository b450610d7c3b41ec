import type { Job } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Server } from './server.ts'
import type { Servers } from './servers.ts'
import type { StatePublisher } from './state-publisher.ts'

const keptEndedPrompts = 5

/** Where the published values come from. */
export interface SliceSources {
  readonly servers: Pick<Servers, 'chosen' | 'all'>
  readonly jobs: Pick<Jobs, 'byHandle' | 'shown' | 'shownView' | 'tiles'>
}

/** Publishes what the window shows of servers and jobs. */
export class PublishedSlices {
  readonly #publisher: StatePublisher
  readonly #sources: SliceSources

  constructor(publisher: StatePublisher, sources: SliceSources) {
    this.#publisher = publisher
    this.#sources = sources
  }

  /** Everything of the chosen server; nothing of it while none is chosen. */
  chosenServer(): void {
    const server = this.#sources.servers.chosen
    if (server) this.#publisher.set('endpoint', server.view)
    this.workshop(server)
    this.prompts()
    this.functions()
  }

  /** The functions that can be run in the shown job, or in the next one. */
  functions(): void {
    const { servers, jobs } = this.#sources
    const server = jobs.shown?.server ?? servers.chosen
    this.#publisher.setLater(['functions'], () => ({ functions: [...(server?.gateway.functions ?? [])] }))
  }

  workshop(server: Server | undefined): void {
    const nothing = { workshop: { status: 'loading' as const, name: '' }, tickets: [], connectors: [] }
    const make = () => (server ? server.workshop.slices() : nothing)
    this.#publisher.setLater(['workshop', 'tickets', 'connectors'], make)
  }

  /** Of a server that is not the chosen one, only the prompts of our jobs are shown. */
  prompts(): void {
    const { servers, jobs } = this.#sources
    this.#publisher.setLater(['prompts'], () => ({
      prompts: servers.all.flatMap((server) =>
        server === servers.chosen
          ? server.prompts.list
          : server.prompts.list.filter(({ session }) => jobs.byHandle(session.key) !== undefined),
      ),
    }))
    const ended = servers.all.flatMap((server) => server.prompts.ended).sort((a, b) => a.endedAt - b.endedAt)
    this.#publisher.set('endedPrompts', ended.slice(-keptEndedPrompts))
  }

  /** Without a job everything of all jobs; a change of a job that is not on the screen concerns its tile only. */
  jobs(job?: Job): void {
    const { jobs } = this.#sources
    this.#publisher.setLater(['jobs'], () => ({ jobs: jobs.tiles }))
    if (job && job !== jobs.shown) return
    if (!job) this.functions()
    this.#publisher.setLater(['shownJob', 'session', 'link', 'earlierRuns'], () => jobs.shownView)
  }
}
