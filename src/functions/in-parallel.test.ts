import { describe, expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

describe('inParallel', () => {
  it('delivers results in the order of the items', async () => {
    const order: number[] = []
    const gates = [3, 1, 2].map((turns) => async () => {
      for (let turn = 0; turn < turns * 5; turn++) await Promise.resolve()
    })
    await inParallel(
      [0, 1, 2],
      3,
      async (index) => {
        await gates[index]?.()
        return index
      },
      (index) => order.push(index),
    )
    expect(order).toEqual([0, 1, 2])
  })

  it('starts no new item after a failure and throws the first failure', async () => {
    const begun: number[] = []
    const work = async (index: number) => {
      begun.push(index)
      if (index === 1) throw new Error(`broken ${index}`)
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
    await expect(inParallel([0, 1, 2, 3, 4], 2, work, () => undefined)).rejects.toThrow('broken 1')
    expect(begun).toEqual([0, 1])
  })

  it('accepts an empty list', async () => {
    await expect(inParallel([], 4, async () => undefined, expect.fail)).resolves.toBeUndefined()
  })
})
