import { z } from 'zod'

/** What one round of requests took: each request in µs, and the processor time of the asking process in µs. */
export interface Round {
  readonly samples: readonly number[]
  readonly processor: number
}

const roundSchema = z.object({ samples: z.array(z.number()).min(1), processor: z.number() })

/** A round as a measuring process reports it. */
export const parseRound = (line: string): Round => roundSchema.parse(JSON.parse(line))

/** Something that can be measured for one round of the given number of requests. */
export type Contender = (requests: number) => Promise<Round>

/** How much is measured. */
export interface Extent {
  readonly rounds: number
  readonly requests: number
  /** Requests of the first round, which warms up and does not count; as many as in the others unless told. */
  readonly warmUp?: number
}

/**
 * Lets the contenders take turns, so that whatever else the computer does hits all of them alike. Returns the samples and
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
