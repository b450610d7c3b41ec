import type { z } from 'zod'
import { type Clock, delay } from '../openobd/clock.ts'
import { fail, type Outcome, succeeded } from '../shared/outcome.ts'
import { choices } from './choices.ts'
import type { Ask, HttpAnswer } from './http.ts'
import { PartnerToken, type TokenOptions } from './token.ts'
import { eventPageSchema, pageSchema } from './wire.ts'

/** Dependencies of the Partner API. */
export interface PartnerApiOptions extends TokenOptions {
  readonly restBaseUrl: string
  /** Languages for translated texts, in the form of Accept-Language. */
  readonly languages: () => string
  readonly random: () => number
}

/** Parameters of a list; arrays become one comma list. */
export type Query = Readonly<Record<string, string | number | boolean>>

/** A list; `leftOut` are rows that could not be read. */
export interface Rows<T> {
  readonly rows: readonly T[]
  readonly leftOut: number
}

/** Reads the Partner API of one account: GET only, at most four requests at once, a refused token is renewed once. */
export class PartnerApi {
  readonly token: PartnerToken
  readonly #options: PartnerApiOptions
  readonly #ask: Ask
  readonly #clock: Clock
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(options: PartnerApiOptions) {
    this.#options = options
    this.#ask = options.ask
    this.#clock = options.clock
    this.token = new PartnerToken(options)
  }

  /** The documented smoke test. */
  async test(): Promise<Outcome<null>> {
    const answer = await this.#get(choices.paths.test, {})
    return answer.ok ? succeeded(null) : answer
  }

  /** One record; `not-found` also when the account may not see it. */
  async one<T>(path: string, id: string | number, schema: z.ZodType<T>): Promise<Outcome<T>> {
    const answer = await this.#get(`${path}/${encodeURIComponent(id)}`, {})
    if (!answer.ok) return answer
    const record = schema.safeParse(answer.value)
    return record.success ? succeeded(record.data) : fail('partner-api-unreadable')
  }

  /**
   * All rows of a list, page by page, each id once: rows that move between pages while it is read come twice, and a total that
   * shrinks ends it. Fails loudly when an answer has no `result`.
   */
  async list<T>(path: string, query: Query, schema: z.ZodType<T>, idOf: (row: T) => string): Promise<Outcome<Rows<T>>> {
    const rows = new Map<string, T>()
    let leftOut = 0
    for (let page = 0, offset = 0; page < choices.mostPages; page += 1) {
      const answer = await this.#get(path, { ...query, limit: choices.pageSize, offset })
      if (!answer.ok) return answer
      const read = pageSchema.safeParse(answer.value)
      if (!read.success) return fail('partner-api-unreadable')
      for (const row of read.data.result) {
        const known = schema.safeParse(row)
        if (known.success) rows.set(idOf(known.data), known.data)
        else leftOut += 1
      }
      offset += read.data.result.length
      if (read.data.result.length === 0 || offset >= (read.data.total ?? 0)) break
    }
    return succeeded({ rows: [...rows.values()], leftOut })
  }

  /**
   * Ids of the events after the one with this id, oldest first. Events have `after_id` in place of an offset, and the server takes one
   * filter only.
   */
  async eventsAfter(afterId: string): Promise<Outcome<readonly string[]>> {
    const ids: string[] = []
    for (let page = 0; page < choices.mostEventPages; page += 1) {
      const answer = await this.#get(choices.paths.events, {
        limit: choices.pageSize,
        after_id: ids.at(-1) ?? afterId,
      })
      if (!answer.ok) return answer
      const read = eventPageSchema.safeParse(answer.value)
      if (!read.success) return fail('partner-api-unreadable')
      ids.push(...read.data.result.map(({ id }) => id))
      if (read.data.result.length < choices.pageSize) break
    }
    return succeeded(ids)
  }

  async #get(path: string, query: Query): Promise<Outcome<unknown>> {
    const url = new URL(path, this.#options.restBaseUrl)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    let hasRenewed = false
    for (let repeats = 0; ; ) {
      const token = await this.token.get()
      if (!token.ok) return token
      const answer = await this.#inTurn(() =>
        this.#ask({
          url,
          headers: { authorization: `Bearer ${token.value}`, 'accept-language': this.#options.languages() },
        }),
      )
      if (!answer.ok) return answer
      const { status } = answer.value
      if (status === 401 && !hasRenewed) {
        hasRenewed = true
        this.token.refused(token.value)
      } else if ((status === 429 || status === 503) && repeats < choices.repeats) {
        const waitMs = this.#waitAfter(answer.value, repeats)
        if (waitMs === undefined) return fail('too-many-requests')
        repeats += 1
        await delay(this.#clock, waitMs)
      } else return readStatus(answer.value)
    }
  }

  /** Milliseconds to wait before the request is repeated; undefined when the server wants too long a pause. */
  #waitAfter({ retryAfter }: HttpAnswer, repeats: number): number | undefined {
    const seconds = Number(retryAfter)
    const wanted =
      Number.isFinite(seconds) && retryAfter ? seconds * 1000 : Date.parse(retryAfter ?? '') - this.#clock.wallMs()
    if (Number.isFinite(wanted)) return wanted <= choices.longestWaitMs ? Math.max(0, wanted) : undefined
    const usual = choices.waitsMs[repeats] ?? choices.longestWaitMs
    return usual * (1 + 0.2 * this.#options.random())
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    while (this.#running >= choices.atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running += 1
    try {
      return await run()
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }
}

function readStatus({ status, body }: HttpAnswer): Outcome<unknown> {
  if (status === 200) return body === undefined ? fail('partner-api-unreadable') : succeeded(body)
  if (status === 401) return fail('unauthorised')
  if (status === 403) return fail('partner-api-forbidden')
  if (status === 404) return fail('not-found')
  if (status === 429 || status === 503) return fail('too-many-requests')
  return fail(status >= 500 ? 'partner-api-failed' : 'partner-api-unreadable')
}
