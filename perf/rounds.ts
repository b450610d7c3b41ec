import { z } from 'zod'

/** Times of one round of requests: each request in µs, and the processor time of the asking process in µs. */
export interface Round {
  readonly samples: readonly number[]
  readonly processor: number
}

const roundSchema = z.object({ samples: z.array(z.number()).min(1), processor: z.number() })

/** A round as reported by a measuring process. */
export const parseRound = (line: string): Round => roundSchema.parse(JSON.parse(line))

/** A contender that is measured for one round of the given number of requests. */
export type Contender = (requests: number) => Promise<Round>

/** Extent of a measurement. */
export interface Extent {
  readonly rounds: number
  readonly requests: number
  /** Requests of the first round, which warms up and does not count; by default as many as in the others. */
  readonly warmUp?: number
}

/**
 * Measures the contenders in turns, so that other load of the computer affects all of them. Returns the samples and
 * processor times of each contender.
 */
export async function interleaved(
  contenders: readonly Contender[],
  { rounds, requests, warmUp = requests }: Extent,
): Promise<{ samples: number[]; processor: number }[]> {
  const totals = contenders.map(() => ({ samples: [] as number[], processor: 0 }))
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const { samples, processor } = await contender(round === 0 ? warmUp : requests)
      const total = totals[index]
      if (round === 0 || !total) continue
      total.samples.push(...samples)
      total.processor += processor
    }
  }
  return totals
}

/** Measures one round of an action in this process. */
export async function roundOf(requests: number, action: () => Promise<unknown>): Promise<Round> {
  const samples: number[] = []
  const before = process.cpuUsage()
  for (let number = 0; number < requests; number++) {
    const begin = performance.now()
    await action()
    samples.push((performance.now() - begin) * 1_000)
  }
  const { user, system } = process.cpuUsage(before)
  return { samples, processor: user + system }
}
