import type { Clock } from '../../openobd/clock.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import type { PromptSession } from '../../shared/prompt.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { linkWithConnector, linkWithoutViewer } from './link.ts'
import type { Server } from './server.ts'
import type { Servers } from './servers.ts'
import type { StatePublisher } from './state-publisher.ts'

/** Dependencies of the server events. */
export interface ServerEventsOptions {
  readonly publisher: Pick<StatePublisher, 'log'>
  readonly clock: Pick<Clock, 'wallMs'>
  readonly servers: Pick<Servers, 'chosen'>
  readonly jobs: Pick<Jobs, 'openOn' | 'ofSession'>
}

/** What the events of a server mean for its jobs: their links, their log lines and whose prompts they are. */
export class ServerEvents {
  readonly #options: ServerEventsOptions

  constructor(options: ServerEventsOptions) {
    this.#options = options
  }

  /** The connection to the server has changed. */
  connectionChanged(server: Server): void {
    const { status, viewer } = server.view
    for (const job of this.#options.jobs.openOn(server)) {
      job.serverChanged()
      if (status !== 'ready' || viewer === 'absent') job.setLink(linkWithoutViewer)
    }
  }

  /** An event that workshop and prompts of the server have taken. */
  arrived(server: Server, event: WorkshopEvent): void {
    if (event.kind === 'snapshot' || event.kind === 'connector-changed' || event.kind === 'session-changed')
      this.refreshLinks(server)
    if (event.kind === 'script-log') this.#log(server, event.line)
  }

  /** The links of the server's jobs with the present values of their connectors. */
  refreshLinks(server: Server): void {
    const { clock, jobs } = this.#options
    const nowMs = clock.wallMs()
    for (const job of jobs.openOn(server)) {
      const connector = job.sessionId === undefined ? undefined : server.workshop.connectorOf(job.sessionId)
      if (connector) job.setLink((link) => linkWithConnector(link, connector, nowMs))
    }
  }

  /** Which car a session belongs to, in the words of its job when it is one of ours. */
  describeSession(server: Server, sessionId: string): { session: PromptSession; functionName?: string } {
    const known = server.workshop.carOf(sessionId)
    const job = this.#options.jobs.ofSession(server, sessionId)
    const key = job?.handle
    if (!job || key === undefined) return { session: { ...known, key: server.finder.handleOf(sessionId) } }
    const { target, licensePlate, vehicleName, lift } = job.state
    const number = target.kind === 'ticket' ? { ticketNumber: target.number } : { connectorNumber: target.number }
    const place = {
      licensePlate: licensePlate ?? known.licensePlate,
      vehicleName: vehicleName ?? known.vehicleName,
      connectorName: lift ?? known.connectorName,
    }
    const functionName = job.screen.tile?.functionName
    return { session: { ...known, ...number, ...place, key }, ...(functionName ? { functionName } : {}) }
  }

  #log(server: Server, line: Extract<WorkshopEvent, { kind: 'script-log' }>['line']): void {
    const { publisher, clock, servers, jobs } = this.#options
    const { level, content, sessionId } = line
    const at = line.at ?? clock.wallMs()
    const job = jobs.ofSession(server, sessionId)
    job?.log({ at, level, content })
    if (!job && server !== servers.chosen) return
    const { ticketNumber, connectorNumber } = this.describeSession(server, sessionId).session
    publisher.log({ at, level, content, source: 'function', sessionLabel: ticketNumber ?? connectorNumber ?? '' })
  }
}
