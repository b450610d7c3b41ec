import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { RealClock } from '../../server/clock/real-clock.ts'
import { BusLogRing } from './bus-log.ts'
import { type BusTiming, CanBus } from './can-bus.ts'
import { bitsOnWire, type CanFrame, canFrame, compareArbitration } from './can-frame.ts'

function bus(timing: BusTiming = 'as-fast-as-possible') {
  const clock = new ManualClock(0)
  const log = new BusLogRing(100)
  const can = new CanBus({ label: 'can', bitRate: 500_000, clock, timing, log })
  const node = (name: string) => {
    const heard: CanFrame[] = []
    return { heard, ...can.attach({ name, frameReceived: (frame) => heard.push(frame) }) }
  }
  return { clock, log, can, node }
}

const ids = (frames: readonly CanFrame[]) => frames.map(({ id }) => id)

describe('arbitration', () => {
  const extended = (id: number): CanFrame => ({ id, isExtended: true, data: new Uint8Array() })
  const standard = (id: number): CanFrame => ({ id, isExtended: false, data: new Uint8Array() })

  it.each([
    ['the lower of two 11-bit identifiers', standard(0x100), standard(0x101)],
    ['the lower of two 29-bit identifiers', extended(0x18da00f1), extended(0x18daf100)],
    ['the 11-bit frame when the first 11 bits are equal', standard(0x636), extended(0x636 << 18)],
    ['the 29-bit frame with the lower first 11 bits', extended(0x635 << 18), standard(0x636)],
  ])('is won by %s', (_, winner, loser) => {
    expect(compareArbitration(winner, loser)).toBeLessThan(0)
    expect(compareArbitration(loser, winner)).toBeGreaterThan(0)
  })

  it('sends the lowest identifier of all nodes first, each node in its own order', async () => {
    const { clock, node } = bus()
    const [a, b, listener] = [node('a'), node('b'), node('c')]
    for (const id of [0x300, 0x100]) a.send(canFrame(id, Uint8Array.of(0)))
    for (const id of [0x200, 0x050]) b.send(canFrame(id, Uint8Array.of(0)))
    await clock.advance(0)
    expect(ids(listener.heard)).toEqual([0x200, 0x050, 0x300, 0x100])
  })
})

describe('a virtual bus', () => {
  it('lets every node but the sender hear a frame', async () => {
    const { clock, node } = bus()
    const [a, b, c] = [node('a'), node('b'), node('c')]
    a.send(canFrame(1, Uint8Array.of(7)))
    await clock.advance(0)
    expect([a, b, c].map(({ heard }) => heard.length)).toEqual([0, 1, 1])
  })

  it('does not reach nodes that left, nor those in bus-off', async () => {
    const { clock, node } = bus()
    const [a, gone, off, c] = [node('a'), node('gone'), node('off'), node('c')]
    gone.detach()
    off.setBusOff(true)
    a.send(canFrame(1, Uint8Array.of(7)))
    gone.send(canFrame(2, Uint8Array.of(7)))
    off.send(canFrame(3, Uint8Array.of(7)))
    await clock.advance(0)
    expect([gone, off].map(({ heard }) => heard.length)).toEqual([0, 0])
    expect(ids(c.heard)).toEqual([1])
  })

  it.each([
    [canFrame(0x7e8, Uint8Array.of(0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55)), 111, 113],
    [canFrame(0x000, new Uint8Array(8)), 125, 135],
    [canFrame(0x18daf110, new Uint8Array(8)), 145, 160],
    [canFrame(0x123, new Uint8Array(0)), 47, 52],
  ])('counts the bits of a frame with its stuff bits', (frame, least, most) => {
    expect(bitsOnWire(frame)).toBeGreaterThanOrEqual(least)
    expect(bitsOnWire(frame)).toBeLessThanOrEqual(most)
  })

  it('is busy for the bits of each frame when it is realistic', async () => {
    const { clock, node, log } = bus('realistic')
    const [a] = [node('a'), node('b')]
    const frame = canFrame(0x7e8, new Uint8Array(8))
    a.send(frame)
    a.send(frame)
    await clock.advance(10)
    const oneFrame = bitsOnWire(frame) / 500_000
    expect(log.lines().map((line) => line.slice(1, 9))).toEqual([oneFrame.toFixed(6), (oneFrame * 2).toFixed(6)])
  })

  it('keeps running when more frames wait than fit into one turn', async () => {
    const { clock, node } = bus()
    const [a, b] = [node('a'), node('b')]
    for (let count = 0; count < 5000; count += 1) a.send(canFrame(1, Uint8Array.of(0)))
    await clock.advance(0)
    expect(b.heard).toHaveLength(5000)
  })
})

describe('the bus log', () => {
  it('writes the lines of candump for both lengths of identifiers', async () => {
    const { clock, node, log } = bus()
    const [a] = [node('a'), node('b')]
    await clock.advance(1234.5678)
    a.send(canFrame(0x7e8, Uint8Array.of(0x0a, 0xff)))
    a.send(canFrame(0x18daf110, new Uint8Array()))
    await clock.advance(0)
    expect(log.lines()).toEqual(['(1.234568) can 7E8#0AFF', '(1.234568) can 18DAF110#'])
  })

  it('remembers only the newest frames', () => {
    const ring = new BusLogRing(3)
    for (let id = 1; id <= 5; id += 1) ring.frameSeen('x', 0, canFrame(id, new Uint8Array()))
    expect(ring.lines().map((line) => line.slice(-4))).toEqual(['003#', '004#', '005#'])
  })
})

describe('the bus clocks', () => {
  it('run callbacks in the order of their time, then of their making', async () => {
    const clock = new ManualClock(0)
    const seen: string[] = []
    clock.after(2, () => seen.push('two'))
    clock.after(1, () => {
      seen.push('one')
      clock.after(0.5, () => seen.push('one and a half'))
    })
    clock.after(2, () => seen.push('two again'))
    clock.after(1.5, () => seen.push('never')).cancel()
    await clock.advance(1.9)
    expect(seen).toEqual(['one', 'one and a half'])
    await clock.advance(0.2)
    expect(seen).toEqual(['one', 'one and a half', 'two', 'two again'])
    expect(clock.now()).toBeCloseTo(2.1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('keep delays of the real clock, also those below a millisecond, and forget cancelled ones', async () => {
    const clock = new RealClock()
    clock.after(0.1, () => expect.unreachable()).cancel()
    clock.after(5, () => expect.unreachable()).cancel()
    expect(clock.pendingTimers).toBe(0)
    for (const delayMs of [0.3, 3]) {
      const startedAt = performance.now()
      await new Promise<void>((resolve) => clock.after(delayMs, resolve))
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(delayMs)
    }
    expect(clock.pendingTimers).toBe(0)
  })
})
