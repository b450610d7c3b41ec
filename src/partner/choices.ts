/**
 * What the documentation of the Partner API leaves open, with the choice of this application. Each entry works with the other answer
 * too, so that a real account can settle it in one place. Times in ms.
 */
export const choices = {
  /** A token is valid for an hour; the documentation advises a new one every 30 minutes. */
  renewTokenAfterMs: 30 * 60_000,
  /** Rows of one page; the documented maximum is 1000. */
  pageSize: 1000,
  /** More pages are not read: a list that grows without end stops here. */
  mostPages: 60,
  /** No limit of rate is documented: at most this many requests at once. */
  atOnce: 4,
  /** How often a request that was refused with 429 or 503 is repeated, and the waiting times without Retry-After. */
  repeats: 4,
  waitsMs: [1_000, 2_000, 4_000, 8_000],
  /** A longer Retry-After is not waited for. */
  longestWaitMs: 60_000,
  /** No answer within this time is a failure. */
  answerLimitMs: 30_000,
  /** Longest body that is read, in bytes. */
  longestBody: 32 * 1024 * 1024,
  /** Pages of events that are read after a lost connection; the list of tickets is read again in any case. */
  mostEventPages: 5,
  /** The list of tickets is read again after this time. */
  ticketsEveryMs: 15_000,
  /** Joined records are read again after this time; vehicles hardly change. */
  recordsMs: 10 * 60_000,
  vehiclesMs: 24 * 3_600_000,
  /** States in which a ticket may be started on; the server decides in the end. */
  startableStates: ['pending', 'in_progress'],
  /** Resources for the case that the list of all tickets does not exist. */
  ticketsByState: { pending: '/v2/tickets/pending-tickets', in_progress: '/v2/tickets/in-progress-tickets' },
  paths: {
    test: '/v2/system/locales',
    tickets: '/v2/tickets/tickets',
    productLines: '/v2/tickets/product-lines',
    connectors: '/v2/customers/connectors',
    customers: '/v2/customers/customers',
    functions: '/v2/open-obd/functions',
    models: '/v2/vehicles/models',
    makes: '/v2/vehicles/makes',
    products: '/v2/products/products',
    events: '/v2/system/events',
  },
  /** Live values: most connectors at once; a value is old after 10 s and nothing is known after 30 s. */
  mostConnectors: 20,
  staleAfterMs: 10_000,
  unknownAfterMs: 30_000,
  pingEveryMs: 5 * 60_000,
  /** Waits before a new attempt to connect the WebSocket; the last one repeats, with jitter. */
  reconnectMs: [0, 0, 1_000, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000],
} as const
