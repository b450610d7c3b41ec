import type { VehicleBay } from './vehicle-bay.ts'

/** A product that the customer chose on the ticket. */
export interface TicketProduct {
  readonly number: number
  readonly name: string
}

/** A job for the workshop. */
export interface Ticket {
  readonly number: string
  readonly id: string
  /** What the customer wants done. */
  readonly subject: string
  /** Name of the car as written on the ticket. */
  readonly vehicleName: string
  readonly licensePlate: string
  /** Name of the customer, as the Partner API gives it. */
  readonly customer: string
  readonly products: readonly TicketProduct[]
  readonly bay: VehicleBay
}

/** The simulated workshop: tickets, connectors and their cars. */
export class Workshop {
  readonly name: string
  readonly tickets: readonly Ticket[]
  readonly bays: readonly VehicleBay[]

  constructor(name: string, tickets: readonly Ticket[], bays: readonly VehicleBay[]) {
    this.name = name
    this.tickets = tickets
    this.bays = bays
  }

  /** By ticket number, or by id as the official client's documentation still allows (protocol.md §4). */
  findTicket(numberOrId: string): Ticket | undefined {
    return this.tickets.find((ticket) => ticket.number === numberOrId || ticket.id === numberOrId)
  }

  /** By connector number or id. */
  findBay(numberOrId: string): VehicleBay | undefined {
    return this.bays.find((bay) => bay.number === numberOrId || bay.id === numberOrId)
  }

  dispose(): void {
    for (const bay of this.bays) bay.dispose()
  }
}
