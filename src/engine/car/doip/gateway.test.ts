import { describe, expect, it } from 'vitest'
import { anyVersion, decodeHeader, decodePayload, encodeMessage, headerBytes } from './codec.ts'
import { doipCar, doipCarYaml, testerAt } from './testing/gateway-tester.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

function activeTester(yaml?: string, source = 0x0e80) {
  const setup = doipCar(yaml)
  const tester = testerAt(setup.gateway)
  tester.activate(source)
  tester.heard()
  return { ...setup, tester }
}

describe('routing activation', () => {
  it('lets a tester in once, and again on the same connection', () => {
    const { gateway } = doipCar()
    const tester = testerAt(gateway)
    tester.activate(0x0e80)
    tester.activate(0x0e80)
    expect(tester.heard()).toEqual(['activation 10', 'activation 10'])
    expect([tester.isClosed(), gateway.activeTesters]).toEqual([false, 1])
  })

  it.each([
    ['a source outside of the range', 0x0f00, 0, 'activation 00'],
    ['the address of an ECU', 0x1010, 0, 'activation 00'],
    ['an activation type that is not offered', 0x0e80, 1, 'activation 06'],
  ])('refuses %s and ends the connection', (_, source, type, answer) => {
    const { gateway } = doipCar()
    const tester = testerAt(gateway)
    tester.activate(source, type)
    expect([tester.heard(), tester.isClosed(), gateway.openConnections]).toEqual([[answer], true, 0])
  })

  it('refuses a second source on one connection', () => {
    const { tester } = activeTester()
    tester.activate(0x0e81)
    expect([tester.heard(), tester.isClosed()]).toEqual([['activation 02'], true])
  })

  it('accepts the kinds of activation that the file lists', () => {
    const { gateway } = doipCar(doipCarYaml({ gateway: '  activationTypes: [0x00, 0x01, 0xE0]' }))
    const tester = testerAt(gateway)
    tester.activate(0x0e80, 0xe0)
    expect(tester.heard()).toEqual(['activation 10'])
  })

  it('keeps an address for the tester that is still there', async () => {
    const { gateway, tester, clock } = activeTester()
    const other = testerAt(gateway)
    other.activate(0x0e80)
    expect([tester.heard(), other.heard()]).toEqual([['aliveCheckRequest'], []])
    tester.say({ type: 'aliveCheckResponse', source: 0x0e80 })
    expect([other.heard(), other.isClosed(), tester.isClosed()]).toEqual([['activation 03'], true, false])
    await clock.advance(10_000)
    expect(tester.isClosed()).toBe(false)
  })

  it('hands the address of a tester that is gone to the first who wants it', async () => {
    const { gateway, tester, clock } = activeTester()
    const [second, third] = [testerAt(gateway), testerAt(gateway)]
    second.activate(0x0e80)
    third.activate(0x0e80)
    await clock.advance(500)
    expect([tester.isClosed(), second.heard(), third.heard()]).toEqual([
      true,
      ['activation 10', 'aliveCheckRequest'],
      [],
    ])
    second.say({ type: 'aliveCheckResponse', source: 0x0e80 })
    expect(third.heard()).toEqual(['activation 03'])
  })

  it('makes room for a newcomer only when somebody is gone', async () => {
    const { gateway, clock } = doipCar(doipCarYaml({ gateway: '  sockets: 2' }))
    const [first, second, third, fourth] = [1, 2, 3, 4].map(() => testerAt(gateway))
    first?.activate(0x0e80)
    second?.activate(0x0e81)
    third?.activate(0x0e82)
    first?.say({ type: 'aliveCheckResponse', source: 0x0e80 })
    second?.say({ type: 'aliveCheckResponse', source: 0x0e81 })
    expect([third?.heard(), third?.isClosed()]).toEqual([['activation 01'], true])
    fourth?.activate(0x0e83)
    first?.say({ type: 'aliveCheckResponse', source: 0x0e80 })
    await clock.advance(500)
    expect([first?.isClosed(), second?.isClosed(), fourth?.heard()]).toEqual([false, true, ['activation 10']])
  })

  it('has to come within two seconds', async () => {
    const { gateway, clock } = doipCar()
    const tester = testerAt(gateway)
    await clock.advance(1999)
    expect(tester.isClosed()).toBe(false)
    await clock.advance(1)
    expect(tester.isClosed()).toBe(true)
  })

  it('ends after five minutes of silence, counted from the last message', async () => {
    const { tester, clock } = activeTester()
    await clock.advance(299_000)
    tester.ask(0x0e80, 0x1010, '3E00')
    await clock.advance(299_999)
    expect(tester.isClosed()).toBe(false)
    await clock.advance(1)
    expect(tester.isClosed()).toBe(true)
  })
})

describe('a diagnostic message', () => {
  it('is acknowledged, reaches the ECU over the bus inside the car, and is answered', async () => {
    const { tester, clock, log } = activeTester()
    tester.ask(0x0e80, 0x1010, '22F190')
    expect(tester.heard()).toEqual(['ack 1010'])
    await clock.advance(0)
    expect(tester.heard()).toEqual(['1010: 62F19057464B5A5A5A3843394D41323034343137'])
    expect(log.lines()[0]).toMatch(/1\.inside 7E0#0322F190/)
  })

  it.each([
    ['to an unknown target', 0x2222, '3E00', 'nack 2222 3'],
    ['longer than the ECU can take', 0x1010, '00'.repeat(4096), 'nack 1010 4'],
    ['to everybody, longer than a single frame', 0xe000, '00'.repeat(8), 'nack e000 4'],
  ])('%s is refused, and the connection stays', (_, target, hex, answer) => {
    const { tester } = activeTester()
    tester.ask(0x0e80, target, hex)
    expect([tester.heard(), tester.isClosed()]).toEqual([[answer], false])
  })

  it('from a source that is not active is refused and ends the connection', async () => {
    const { gateway, clock, log } = doipCar()
    const [stranger, impostor] = [testerAt(gateway), testerAt(gateway)]
    stranger.ask(0x0e80, 0x1010, '3E00')
    impostor.activate(0x0e80)
    impostor.heard()
    impostor.ask(0x0e81, 0x1010, '3E00')
    expect([stranger.heard(), impostor.heard()]).toEqual([['nack 1010 2'], ['nack 1010 2']])
    expect([stranger.isClosed(), impostor.isClosed()]).toEqual([true, true])
    await clock.advance(1000)
    expect(log.lines()).toEqual([])
  })

  it('brings each promise (0x78) and the final answer', async () => {
    const { tester, clock } = activeTester()
    tester.ask(0x0e80, 0x1010, '22D001')
    await clock.advance(40)
    expect(tester.heard()).toEqual(['ack 1010', '1010: 7F2278'])
    await clock.advance(260)
    expect(tester.heard()).toEqual(['1010: 62D0010102'])
  })

  it('to a dead ECU is acknowledged and never answered', async () => {
    const { tester, clock } = activeTester()
    tester.ask(0x0e80, 0x1012, '22F190')
    tester.ask(0x0e80, 0x1012, '2EF19000112233445566')
    await clock.advance(60_000)
    expect(tester.heard()).toEqual(['ack 1012', 'ack 1012'])
  })

  it('to everybody is answered by every ECU under its own address', async () => {
    const { tester, clock } = activeTester()
    tester.ask(0x0e80, 0xe000, '3E00')
    await clock.advance(0)
    expect(tester.heard()).toEqual(['ack e000', '1010: 7E00', '1011: 7E00'])
  })

  it('is answered in one piece however long it is', async () => {
    const { tester, clock } = activeTester()
    tester.ask(0x0e80, 0x1010, '22D003')
    await clock.advance(0)
    expect(tester.heard()[1]).toBe(`1010: 62D003${'AA55'.repeat(150)}`)
  })

  it('reaches nobody in a car without power', async () => {
    const { tester, clock, car, gateway } = activeTester()
    const recover = car.disturb({ volts: 6 })
    tester.ask(0x0e80, 0x1010, '3E00')
    await clock.advance(1000)
    expect(tester.heard()).toEqual([])
    expect(gateway.datagramReceived(encodeMessage({ type: 'identificationRequest' }, 2))).toBeUndefined()
    recover()
    tester.ask(0x0e80, 0x1010, '3E00')
    await clock.advance(0)
    expect(tester.heard()).toEqual(['ack 1010', '1010: 7E00'])
  })
})

describe('two testers at one ECU', () => {
  function two() {
    const setup = activeTester()
    const other = testerAt(setup.gateway)
    other.activate(0x0e81)
    other.heard()
    return { ...setup, other }
  }

  it('take turns, and each hears its own answers only', async () => {
    const { tester, other, clock } = two()
    tester.ask(0x0e80, 0x1010, '22D001')
    other.ask(0x0e81, 0x1010, '22F190')
    await clock.advance(300)
    expect(tester.heard()).toEqual(['ack 1010', '1010: 7F2278', '1010: 62D0010102'])
    expect(other.heard()).toEqual(['ack 1010', '1010: 62F19057464B5A5A5A3843394D41323034343137'])
  })

  it('do not wait for ever when an ECU is dead', async () => {
    const { tester, other, clock, car } = two()
    const wake = car.findEcus('Engine')[0]?.disturb({ isAsleep: true })
    tester.ask(0x0e80, 0x1010, '3E00')
    other.ask(0x0e81, 0x1010, '3E00')
    await clock.advance(0)
    wake?.()
    await clock.advance(5000)
    expect(tester.heard()).toEqual(['ack 1010'])
    expect(other.heard()).toEqual(['ack 1010', '1010: 7E00'])
  })

  it('do not wait for an answer that was forbidden', async () => {
    const { tester, other, clock } = two()
    tester.ask(0x0e80, 0x1010, '3E80')
    other.ask(0x0e81, 0x1010, '3E00')
    await clock.advance(50)
    expect([tester.heard(), other.heard()]).toEqual([['ack 1010'], ['ack 1010', '1010: 7E00']])
  })

  it('are not held up for long by signs of life to everybody', async () => {
    const { tester, other, clock } = two()
    tester.ask(0x0e80, 0xe000, '3E80')
    other.ask(0x0e81, 0x1010, '3E00')
    await clock.advance(50)
    expect([tester.heard(), other.heard()]).toEqual([['ack e000'], ['ack 1010', '1010: 7E00']])
    tester.ask(0x0e80, 0xe000, '22D001')
    other.ask(0x0e81, 0x1011, '3E00')
    await clock.advance(550)
    expect(other.heard()).toEqual(['ack 1011', '1011: 7E00'])
  })

  it('fill a queue that ends with out of memory', async () => {
    const { tester, other, clock } = two()
    tester.ask(0x0e80, 0x1012, '3E00')
    for (let count = 0; count < 17; count += 1) other.ask(0x0e81, 0x1012, '3E00')
    expect(other.heard().at(-1)).toBe('nack 1012 5')
    await clock.advance(1000)
  })

  it('do not answer for one that has left', async () => {
    const { tester, other, clock, gateway } = two()
    tester.ask(0x0e80, 0x1010, '22D001')
    other.ask(0x0e81, 0x1010, '3E00')
    tester.leave()
    await clock.advance(300)
    expect([tester.heard(), other.heard()]).toEqual([['ack 1010'], ['ack 1010', '1010: 7E00']])
    expect(gateway.activeTesters).toBe(1)
  })
})

describe('a hostile or clumsy peer', () => {
  it.each([
    ['a wrong inverted version', '02 FE 00 05 00 00 00 07 0E 80 00 00 00 00 00', 'header nack 0', true],
    ['a version that is not spoken', '03 FC 00 05 00 00 00 07 0E 80 00 00 00 00 00', 'header nack 0', true],
    ['HTTP', '47 45 54 20 2F 20 48 54 54 50 2F 31', 'header nack 0', true],
    ['a wrong length', '02 FD 00 05 00 00 00 06 0E 80 00 00 00 00', 'header nack 4', true],
    ['a length of four gigabytes', '02 FD 80 01 FF FF FF FF', 'header nack 2', true],
    ['an unknown payload type', '02 FD 77 77 00 00 00 02 01 02', 'header nack 1', false],
    ['a message that only gateways send', '02 FD 00 06 00 00 00 09 00 00 00 00 00 00 00 00 00', 'header nack 1', false],
  ])('with %s hears why', (_, hex, answer, isClosed) => {
    const { gateway } = doipCar()
    const peer = testerAt(gateway)
    peer.raw(bytes(hex))
    expect([peer.heard(), peer.isClosed()]).toEqual([[answer], isClosed])
  })

  it('with a message above the limit is told so, and the rest of it is read over', async () => {
    const { tester, clock } = activeTester(doipCarYaml({ gateway: '  longestMessage: 64' }))
    tester.ask(0x0e80, 0x1010, '00'.repeat(100))
    tester.ask(0x0e80, 0x1010, '3E00')
    await clock.advance(0)
    expect(tester.heard()).toEqual(['header nack 2', 'ack 1010', '1010: 7E00'])
  })

  it('that dribbles is understood, but not for ever', async () => {
    const { tester, clock } = activeTester()
    const request = encodeMessage({ type: 'diagnosticMessage', source: 0x0e80, target: 0x1010, data: bytes('3E00') }, 2)
    for (const byte of request) tester.raw(Uint8Array.of(byte))
    await clock.advance(0)
    expect(tester.heard()).toEqual(['ack 1010', '1010: 7E00'])
    tester.raw(request.subarray(0, 9))
    await clock.advance(1999)
    tester.raw(request.subarray(9, 10))
    expect(tester.isClosed()).toBe(false)
    await clock.advance(1)
    expect(tester.isClosed()).toBe(true)
  })
})

describe('a datagram', () => {
  const { gateway } = doipCar(doipCarYaml({ gateway: '  versions: [3, 2]\n  gid: "0000000000AB"' }))
  const ask = (hex: string) => {
    const answer = gateway.datagramReceived(bytes(hex))
    return answer && Buffer.from(answer).toString('hex').toUpperCase()
  }
  const announced = `00040000002057464B5A5A5A3843394D41323034343137100102C0FFEE00010000000000AB00`
  const eid = '02 C0 FF EE 00 01'
  const vin = Buffer.from('WFKZZZ8C9MA204417').toString('hex')

  it.each([
    ['by anybody', 'FF 00 00 01 00 00 00 00', `03FC${announced}`],
    ['in version 2', '02 FD 00 01 00 00 00 00', `02FD${announced}`],
    ['by its EID', `02 FD 00 02 00 00 00 06 ${eid}`, `02FD${announced}`],
    ['by another EID', '02 FD 00 02 00 00 00 06 00 00 00 00 00 00', undefined],
    ['by its VIN', `02 FD 00 03 00 00 00 11 ${vin}`, `02FD${announced}`],
    ['by another VIN', `02 FD 00 03 00 00 00 11 ${'41'.repeat(17)}`, undefined],
    ['for its status', '02 FD 40 01 00 00 00 00', '02FD4002000000070008000000' + '2000'],
    ['for its power mode', '02 FD 40 03 00 00 00 00', '02FD40040000000101'],
    ['for routing activation', '02 FD 00 05 00 00 00 07 0E 80 00 00 00 00 00', '02FD00000000000101'],
    ['in nonsense', '47 45 54 20 2F 20 48 54', '03FC00000000000100'],
    ['with half a header', '02 FD 00', undefined],
  ])('asked %s gets what ISO 13400 says', (_, request, answer) => {
    expect(ask(request)).toBe(answer)
  })

  it('of an unknown version is answered in the first version of the gateway', () => {
    const answer = gateway.datagramReceived(encodeMessage({ type: 'identificationRequest' }, anyVersion)) ?? bytes('')
    const announcement = decodePayload('vehicleAnnouncement', answer.subarray(headerBytes))
    expect([decodeHeader(answer).version, announcement]).toMatchObject([3, { logicalAddress: 0x1001 }])
  })
})

it('leaves nothing behind when the car goes', async () => {
  const { car, clock, gateway, tester } = activeTester()
  testerAt(gateway)
  tester.ask(0x0e80, 0x1010, '22D001')
  car.dispose()
  expect([tester.isClosed(), gateway.openConnections]).toEqual([true, 0])
  await clock.advance(600_000)
  expect(clock.pendingTimers).toBe(0)
})
