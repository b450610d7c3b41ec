import { useMemo } from 'react'
import type { ConnectorView, TicketView } from '../../../shared/app-state.ts'
import type { JobTile } from '../../../shared/job.ts'
import { saidName } from '../../components/visible-text.ts'
import { useSlice } from '../../store/workbench.ts'

/** A ticket with its adapter. `job`: the job that is open on it here. `words`: what a search finds it by. */
export interface TicketCar {
  readonly ticket: TicketView
  readonly adapter: ConnectorView | undefined
  readonly job: JobTile | undefined
  readonly words: readonly (string | undefined)[]
}

/** A diagnostic adapter. `job`: the job that is open on it here, also by a ticket. */
export interface AdapterCar {
  readonly adapter: ConnectorView
  readonly job: JobTile | undefined
  readonly words: readonly (string | undefined)[]
}

/** The name of the lift; undefined when the server only knows the number of its adapter. */
export const liftOf = (adapter: ConnectorView | undefined): string | undefined =>
  adapter && adapter.name !== adapter.number ? saidName(adapter.name) : undefined

/** The cars of the workshop, in the order of the server. */
export function useCars(): { readonly tickets: readonly TicketCar[]; readonly adapters: readonly AdapterCar[] } {
  const tickets = useSlice('tickets')
  const connectors = useSlice('connectors')
  const jobs = useSlice('jobs')
  const { profileId } = useSlice('endpoint')
  return useMemo(() => {
    const adapters = new Map(connectors.map((connector) => [connector.number, connector]))
    const open = jobs.filter((job) => job.profileId === profileId && job.phase !== 'ended')
    const jobOn = (kind: 'ticket' | 'connector', number: string) =>
      open.find(({ target }) => target.kind === kind && target.number === number)
    const ticketCars = tickets.map((ticket) => {
      const adapter = adapters.get(ticket.connectorNumber)
      const { number, licensePlate, vehicleName, connectorNumber, subject } = ticket
      const words = [
        licensePlate,
        number,
        vehicleName,
        adapter?.name,
        connectorNumber,
        subject,
        ticket.customer,
        adapter?.vin,
      ]
      return { ticket, adapter, job: jobOn('ticket', number), words }
    })
    const jobByAdapter = new Map(ticketCars.flatMap(({ ticket, job }) => (job ? [[ticket.connectorNumber, job]] : [])))
    const adapterCars = connectors.map((adapter) => {
      const { number, name, vehicleName, vin } = adapter
      const job = jobOn('connector', number) ?? jobByAdapter.get(number)
      return { adapter, job, words: [number, name, vehicleName, vin, job?.licensePlate] }
    })
    return { tickets: ticketCars, adapters: adapterCars }
  }, [tickets, connectors, jobs, profileId])
}
