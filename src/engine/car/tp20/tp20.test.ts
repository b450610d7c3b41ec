import { describe, expect, it } from 'vitest'
import { canFrame } from '../can-frame.ts'
import { bareTester, conversation, wiring } from './testing/tp20-tester.ts'

describe('an ECU with TP2.0', () => {
  it.each([
    ['another address', 0x200, '02C00010000301'],
    ['a set-up that is too short', 0x200, '01C000100003'],
    ['a set-up without a valid identifier', 0x200, '01C00010001001'],
    ['data without a channel', 0x740, '1000021089'],
    ['parameters without a channel', 0x740, 'A00F8AFF32FF'],
  ])('does not answer %s', async (_what, id, hex) => {
    expect(await bareTester().say(id, hex, 100)).toEqual([])
  })

  it('refuses an application that is not diagnosis', async () => {
    expect(await bareTester().say(0x200, '01C00010000320')).toEqual(['201 00D60010000320'])
  })

  it('has no second channel for another tester, but starts anew with the same one', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    expect(await say(0x200, '01C00010010301')).toEqual(['201 00D80010010301'])
    expect(await say(0x200, '01C00010000301')).toEqual(['201 00D00003400701'])
  })

  it('ignores data out of sequence and parameters that are impossible', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    expect(await say(0x740, 'A0008AFF32FF')).toEqual([])
    await say(0x740, 'A00F8AFF32FF')
    expect(await say(0x740, '1500021089')).toEqual([])
    expect(await say(0x740, '1000021089')).toEqual(['300 B1', '300 1000025089'])
  })

  it('acknowledges a repeated frame again without serving it twice', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    await say(0x740, 'A00F8AFF32FF')
    await say(0x740, '1000021089')
    await say(0x740, 'B1')
    expect(await say(0x740, '1000021089')).toEqual(['300 B1'])
  })

  it('repeats what is not acknowledged and disconnects in the end', async () => {
    const { say, clock, heard } = bareTester()
    await say(0x200, '01C00010000301')
    await say(0x740, 'A00F8AFF32FF')
    await say(0x740, '1000021089')
    await clock.advance(600)
    expect(heard.filter((frame) => frame === '300 1000025089')).toHaveLength(5)
    expect(heard.at(-1)).toBe('300 A8')
  })

  it('throws away a message whose length is a lie', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    await say(0x740, 'A00F8AFF32FF')
    expect(await say(0x740, '1000051089', 100)).toEqual(['300 B1'])
  })
})

describe('an ECU that is not ready after a block', () => {
  /** A channel to the airbags, which are busy for 250 ms after every block. */
  async function busyEcu() {
    const tester = bareTester()
    await tester.say(0x200, '15C00010000301')
    await tester.say(0x7a4, 'A00F8AFF32FF')
    return tester
  }

  it('says so again to a tester that repeats the block, and serves it once', async () => {
    const { say, clock, heard } = await busyEcu()
    await say(0x7a4, '1000021089', 100)
    expect(await say(0x7a4, '1000021089', 100)).toEqual(['300 91'])
    expect(await say(0x7a4, '1000021089', 100)).toEqual(['300 91', '300 B1', '300 1000025089'])
    expect(await say(0x7a4, 'B1', 1000)).toEqual([])
    await clock.advance(100)
    expect(heard).toEqual([])
  })

  it('takes nothing new meanwhile', async () => {
    const { say } = await busyEcu()
    await say(0x7a4, '1000021089', 100)
    expect(await say(0x7a4, '1100021A9B', 100)).toEqual(['300 91'])
    expect(await say(0x7a4, 'A3', 100)).toEqual(['300 A1048AFF4AFF', '300 B1', '300 1000025089'])
  })

  it('forgets the block when the channel is closed', async () => {
    const { say, clock, heard } = await busyEcu()
    await say(0x7a4, '1000021089', 100)
    expect(await say(0x7a4, 'A8')).toEqual(['300 A8'])
    await clock.advance(1000)
    expect(heard).toEqual(['300 A8'])
  })

  it('gets its rest from a tester, block by block', async () => {
    const { ask, frames, failures } = conversation(0x15)
    expect(await ask(`22${'F190'.repeat(30)}`, 5000)).toEqual(['7F2213'])
    const acknowledgements = frames().filter((frame) => /^300#[9B]/.test(frame ?? ''))
    const changes = acknowledgements.filter((frame, index) => frame !== acknowledgements[index - 1])
    expect(changes).toEqual(['300#94', '300#B4', '300#98', '300#B8', '300#99', '300#B9'])
    expect(failures).toEqual([])
  })

  it('for too long loses the channel after the block was sent five times', async () => {
    const { ask, frames, failures } = conversation(0x17)
    expect(await ask('1089', 3000)).toEqual([])
    expect(failures).toEqual(['not-acknowledged'])
    expect(frames().filter((frame) => frame === '7A0#1000021089')).toHaveLength(5)
    expect(frames().slice(-2)).toEqual(['7A0#A8', '300#A8'])
  })

  it('leaves no timer behind', async () => {
    const { car, tester, clock } = conversation(0x15)
    tester.send(Buffer.from('1089', 'hex'), () => undefined)
    await clock.advance(50)
    tester.close()
    car.dispose()
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a tester with TP2.0', () => {
  const long = `62D001${'00010203040506'.repeat(100)}`

  it('gets a long answer in acknowledged blocks', async () => {
    const { ask, frames } = conversation()
    expect(await ask('22D001')).toEqual([long])
    expect(frames().filter((frame) => frame?.startsWith('740#B')).length).toBe(7)
  })

  it.each([
    ['one frame in ten', { kind: 'lost', probability: 0.1 } as const],
    ['every third acknowledgement of the tester', { kind: 'lost', id: 0x740, probability: 0.3 } as const],
    ['frames twice', { kind: 'duplicated', probability: 0.5 } as const],
  ])('gets the right answer or none when the bus gives %s', async (_what, frames) => {
    const { car, ask } = conversation()
    car.disturb({ frames })
    const all: string[] = []
    for (let round = 0; round < 20; round += 1) all.push(...(await ask('22D001', 20_000)))
    expect(all.length).toBeGreaterThan(0)
    expect(new Set(all)).toEqual(new Set([long]))
  })

  it('gives up after ten set-ups that nobody answers', async () => {
    const { ask, failures, frames } = conversation(0x55)
    expect(await ask('1089', 3000)).toEqual([])
    expect(failures).toEqual(['no-channel'])
    expect(frames()).toEqual(Array(10).fill('200#55C00010000301'))
  })

  it('waits until an ECU has given up the channel of another tester', async () => {
    const { car, clock, ask, failures } = conversation()
    const port = car.socket.attachTester(wiring, { name: 'other', frameReceived: () => undefined })
    port.send(canFrame(0x200, Buffer.from('01C00010010301', 'hex')))
    await clock.advance(1)
    expect(await ask('1089', 200)).toEqual([])
    expect(await ask('1089', 4000)).toEqual(['5089', '5089'])
    expect(failures).toEqual([])
  })

  it('tests a quiet channel, which keeps the diagnostic session', async () => {
    const { ask, frames } = conversation()
    await ask('1089')
    expect(await ask('1A9B', 20_000)).toEqual([`5A9B${Buffer.from('03L906022LM').toString('hex').toUpperCase()}`])
    expect(frames().filter((frame) => frame === '740#A3').length).toBeGreaterThan(15)
    expect(frames()).not.toContain('740#A8')
  })

  it('sets a new channel up after the ECU was without power', async () => {
    const { ask, car, clock } = conversation()
    await ask('1089')
    const end = car.disturb({ isIgnitionOff: true })
    await clock.advance(5000)
    end()
    expect(await ask('1A9B')).toHaveLength(1)
  })

  it('leaves no timer behind when it closes', async () => {
    const { ask, tester, clock, frames, car } = conversation()
    await ask('1089')
    tester.close()
    await clock.advance(10)
    expect(frames().slice(-2)).toEqual(['740#A8', '300#A8'])
    car.dispose()
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('fails when the other side falls deaf in the middle', async () => {
    const { ask, setHeard, failures } = conversation()
    await ask('1089')
    setHeard(false)
    expect(await ask('1A9B', 3000)).toEqual([])
    expect(failures).toEqual(['not-acknowledged'])
  })
})
