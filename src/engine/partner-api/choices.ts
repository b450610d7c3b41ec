/** What the documentation of the Partner API leaves open, as switches: clients have to work with every setting. */
export interface PartnerApiChoices {
  /** The list of tickets of all states exists; otherwise only the lists by state do. */
  readonly hasAllTickets: boolean
  /** Parameters of lists filter; otherwise they are ignored. */
  readonly filters: boolean
  /** Status for a row that the account may not see. */
  readonly hiddenStatus: 403 | 404
  /** Order of the tickets. */
  readonly newestFirst: boolean
  /** The WebSocket answers a subscription. */
  readonly acknowledges: boolean
  /** Values of a connector that is offline. */
  readonly offlineValues: 'missing' | 'null'
  /** What an event carries. */
  readonly eventMessage: 'payload' | 'empty'
  /** Time between two statuses of a connector, in ms. */
  readonly statusEveryMs: number
  /** The token endpoint takes credentials in the body, in the header, or both. */
  readonly credentialsIn: 'body' | 'header' | 'both'
}

export const partnerApiChoices: PartnerApiChoices = {
  hasAllTickets: true,
  filters: true,
  hiddenStatus: 404,
  newestFirst: true,
  acknowledges: false,
  offlineValues: 'missing',
  eventMessage: 'payload',
  statusEveryMs: 5_000,
  credentialsIn: 'both',
}

/** Validity of a token, in seconds (documented). */
export const tokenSeconds = 3600
/** Limits of a page (documented). */
export const pageLimits = { usual: 25, most: 1000 } as const
