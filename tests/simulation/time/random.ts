/** Random numbers that follow from a seed (xoshiro128**). */
export class SeededRandom {
  readonly #state = new Uint32Array(4)

  constructor(seed: number) {
    let mixed = seed >>> 0
    for (let index = 0; index < 4; index += 1) {
      mixed = (mixed + 0x9e3779b9) >>> 0
      let value = mixed
      value = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
      value = Math.imul(value ^ (value >>> 15), 0x735a2d97)
      this.#state[index] = (value ^ (value >>> 15)) >>> 0
    }
  }

  /** A whole number from 0 to 2^32 − 1. */
  uint32(): number {
    const state = this.#state
    const [a = 0, b = 0, c = 0, d = 0] = state
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    const nextC = c ^ a
    const nextD = d ^ b
    state[1] = b ^ nextC
    state[0] = a ^ nextD
    state[2] = nextC ^ shifted
    state[3] = rotated(nextD, 11)
    return result
  }

  /** A number from 0 up to, but not including, 1. */
  readonly next = (): number => this.uint32() / 0x1_0000_0000

  /** A number of the given range. */
  between(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  /** A whole number of the given range, both ends included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One item of a list that is not empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)]
    if (item === undefined) throw new Error('There is nothing to pick from.')
    return item
  }

  /** One of the choices, with the probability of its weight. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, value] of choices) {
      left -= weight
      if (left < 0) return value
    }
    return this.pick(choices)[1]
  }

  /** A generator whose numbers do not depend on how many this one has given or will give to others. */
  fork(): SeededRandom {
    return new SeededRandom(this.uint32())
  }
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by))
