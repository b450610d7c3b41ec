import { pageLimits } from './choices.ts'
import { numberIn, Problem } from './problem.ts'
import type { Row } from './resources.ts'
import type { PartnerEvent } from './ticket-states.ts'

/** At most one of these in a request. */
const filters = ['after_id', 'occurred_after', 'type'] as const

/** `/v2/system/events`: oldest first, without a total. Two filters at once, and a time that is none, are refused with 400. */
export function eventPage(url: URL, events: readonly PartnerEvent[]): Row {
  const limit = numberIn(url, 'limit', pageLimits.usual, pageLimits.most)
  const given = filters.flatMap((name) => {
    const text = url.searchParams.get(name)
    return text === null ? [] : [{ name, text }]
  })
  if (given.length > 1) throw new Problem(400, 'only one filter is allowed')
  const [filter] = given
  const sinceMs = filter?.name === 'occurred_after' ? Date.parse(filter.text) : 0
  if (Number.isNaN(sinceMs)) throw new Problem(400, 'occurred_after is no time')
  const found = events.filter((event) => {
    if (filter?.name === 'after_id') return event.id > filter.text
    if (filter?.name === 'occurred_after') return event.occurredAt > sinceMs
    return filter === undefined || event.type === filter.text
  })
  const query = { ...Object.fromEntries(url.searchParams), limit }
  return { query, result: found.slice(0, limit).map(eventRow) }
}

const eventRow = ({ id, type, occurredAt, ticket }: PartnerEvent): Row => ({
  id,
  type,
  occurred_at: new Date(occurredAt).toISOString(),
  payload: { ticket: { id: ticket.id, number: ticket.number, ticket_number: Number(ticket.number) } },
})
