import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { configureBuses } from '../../src/openobd/diagnostics/config.ts'
import { UdsChannel, type UdsTiming } from '../../src/openobd/diagnostics/uds-channel.ts'
import { ManualClock } from '../../src/openobd/manual-clock.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import { ScriptLog } from '../../src/openobd/session/script-log.ts'
import { bad, good, openSession } from './client-bench.ts'
import type { JudgeOptions } from './judge.ts'

const readVin = Uint8Array.of(0x22, 0xf1, 0x90)
const isotp = 'can/openIsotpStream'
const control = 'userInterface/openControlStream'

async function inSession(options: JudgeOptions = {}) {
  const { calls, ...bench } = await openSession(options)
  const ecu = new UdsChannel(calls, systemClock, {
    kind: 'isotp',
    channel: { busName: 'bus', requestId: 0x7e0, responseId: 0x7e8 },
  })
  const payloads = async () => {
    await bench.judge.settled()
    return bench.judge.events.filter((one) => one.event === 'message').map((one) => one.payload)
  }
  return { ...bench, calls, ecu, asker: new ControlAsker(calls), payloads }
}

describe('an ISO-TP conversation on the official Servicers', () => {
  it('opens with an empty payload, sends upper-case hex and takes the answer in either case', async () => {
    const { ecu, payloads } = await inSession({ isotp: { '22F190': [{ payload: '62f1904a55' }] } })
    const answer = good(await ecu.request(readVin))
    expect(answer).toMatchObject({ kind: 'positive' })
    expect(answer.kind === 'positive' && Buffer.from(answer.payload).toString('hex')).toBe('62f1904a55')
    expect(await payloads()).toEqual(['', '22F190'])
    ecu.close()
  })

  it.each<[string, NonNullable<JudgeOptions['isotp']>[string], object, UdsTiming?]>([
    [
      'skips answers of other services and other identifiers',
      [{ payload: '5001' }, { payload: '62F18741' }, { payload: '62F19042' }],
      { kind: 'positive' },
    ],
    [
      'waits on after "response pending"',
      [{ payload: '7F2278' }, { payload: '7F2278', afterMs: 2_000 }, { payload: '62F19042', afterMs: 2_000 }],
      { kind: 'positive' },
      { timeoutMs: 3_500, pendingMs: 30_000 },
    ],
    ['gives a negative answer its code', [{ payload: '7F2231' }], { kind: 'negative', code: 0x31 }],
    ['tells a malformed negative answer', [{ payload: '7F22' }, { payload: '7F223100' }], { kind: 'malformed' }],
    [
      'skips payloads that are not hex',
      [{ payload: 'hello' }, { payload: '62F' }, { payload: '62F19042' }],
      { kind: 'positive' },
    ],
    ['says that nobody answered', [], { kind: 'no-answer' }, { timeoutMs: 500 }],
  ])('%s', async (_title, answers, expected, timing) => {
    const { ecu } = await inSession({ isotp: { '22F190': answers } })
    expect(good(await ecu.request(readVin, timing))).toMatchObject(expected)
    ecu.close()
  })

  // @proves Sessions and links: P4 no request that changes the car is sent again by itself
  it('repeats on the wish of a busy ECU, a bounded number of times', async () => {
    const { ecu, payloads } = await inSession({ isotp: { '22F190': [{ payload: '7F2221' }] } })
    expect(good(await ecu.request(readVin, { busyRetries: 2 }))).toEqual({ kind: 'negative', code: 0x21 })
    expect(await payloads()).toEqual(['', '22F190', '22F190', '22F190'])
    ecu.close()
  })

  // @proves Sessions and links: P4 no request that changes the car is sent again by itself
  // @proves Faults: 11 sleep during writes to an ECU; what a person sees: the connection was lost, nothing is repeated
  it('never sends a request that changes the car again when the connection breaks before its answer', async () => {
    const { ecu, payloads, proxy, judge } = await inSession({
      isotp: { '2EF19042': [{ payload: '6EF190', afterMs: 60_000 }] },
    })
    const write = ecu.request(Uint8Array.of(0x2e, 0xf1, 0x90, 0x42))
    await vi.waitFor(async () => expect(await payloads()).toContain('2EF19042'))
    proxy.resetAll()
    expect(bad(await write).certainty).toBe('unclear')
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream').length).toBeGreaterThan(1))
    good(await ecu.request(Uint8Array.of(0x3e, 0x00), { timeoutMs: 300 }))
    expect((await payloads()).filter((payload) => payload === '2EF19042')).toHaveLength(1)
    ecu.close()
  })

  // @proves Faults: 31 ECU asks for more time for ever; what a person sees: waiting, and an end within its limit
  it('gives up an ECU that asks for more time for ever', async () => {
    const pending = Array.from({ length: 20 }, () => ({ payload: '7F2278', afterMs: 100 }))
    const { ecu } = await inSession({ isotp: { '22F190': pending } })
    expect(good(await ecu.request(readVin, { totalMs: 700 }))).toEqual({ kind: 'no-answer' })
    ecu.close()
  })

  // @proves Faults: 32 late, doubled, foreign or malformed ISO-TP answer; what a person sees: nothing, no answer is given to another request
  it('never gives a late answer to the next request', async () => {
    const { judge, ecu } = await inSession({
      tickMs: 50,
      isotp: { '22F190': [{ payload: '62F19042', held: true }], '22F187': [{ payload: '62F18743' }] },
    })
    expect(good(await ecu.request(readVin, { timeoutMs: 150 }))).toEqual({ kind: 'no-answer' })
    const next = ecu.request(Uint8Array.of(0x22, 0xf1, 0x87))
    await judge.do({ do: 'listen' })
    expect(good(await next)).toMatchObject({ kind: 'positive', payload: Buffer.from('62f18743', 'hex') })
    expect(ecu.skipped).toBe(1)
    ecu.close()
  })

  it('answers requests made at the same time one after the other', async () => {
    const { ecu, payloads } = await inSession({
      isotp: { '22F190': [{ payload: '62F19042', afterMs: 50 }], '3E00': [{ payload: '7E00' }] },
    })
    const [vin, present] = await Promise.all([ecu.request(readVin), ecu.request(Uint8Array.of(0x3e, 0))])
    expect(good(vin).kind).toBe('positive')
    expect(good(present).kind).toBe('positive')
    expect(await payloads()).toEqual(['', '22F190', '3E00'])
    ecu.close()
  })

  it('fails with the server’s words when the stream ends, and opens a new one for the next request', async () => {
    const { judge, ecu } = await inSession({ isotp: { '22F190': [{ status: 5, details: 'no bus of that name' }] } })
    expect(bad(await ecu.request(readVin))).toMatchObject({ code: 'not-found', detail: 'no bus of that name' })
    await judge.set({ isotp: { '22F190': [{ payload: '62F19042' }] } })
    expect(good(await ecu.request(readVin)).kind).toBe('positive')
    await judge.settled()
    expect(judge.calls(isotp)).toHaveLength(2)
    ecu.close()
  })

  it('half-closes when it is done', async () => {
    const { judge, ecu } = await inSession({ isotp: { '22F190': [{ payload: '62F19042' }] } })
    good(await ecu.request(readVin))
    ecu.close()
    await vi.waitFor(() =>
      expect(judge.events.some((one) => one.event === 'halfClosed' && one.rpc === isotp)).toBe(true),
    )
  })

  it('stops waiting when the person says so', async () => {
    const { ecu } = await inSession()
    const stop = new AbortController()
    const pending = ecu.request(readVin, { signal: stop.signal })
    stop.abort()
    expect(good(await pending)).toEqual({ kind: 'cancelled' })
    ecu.close()
  })
})

describe('controls on the official Servicers', () => {
  it('come back with typed answers; "no" and zero are answers', async () => {
    const { asker } = await inSession({
      answers: {
        control_label: [{}],
        control_yesno: [{ answer: false }],
        control_continue: [{}],
        control_freetext: [{ answer: 'ÄÖÜ' }],
        control_options: [{ answer: 0 }],
        control_number: [{ answer: 0 }],
      },
    })
    expect(good(await asker.showLabel('Wait'))).toBeNull()
    expect(good(await asker.askYesNo('On?'))).toBe(false)
    expect(good(await asker.askContinue('Go on'))).toBeNull()
    expect(good(await asker.askFreeText('Mileage?'))).toBe('ÄÖÜ')
    expect(good(await asker.askOption('Which?', ['front', 'rear']))).toBe(0)
    expect(good(await asker.askNumber('How many?', { minimum: 0, maximum: 4 }))).toBe(0)
    asker.close()
  })

  it('send label, target, translations, image and display time as the protocol wants them', async () => {
    const { asker, payloads } = await inSession({ answers: { control_label: [{}], control_options: [{ answer: 1 }] } })
    await asker.showLabel('Wait', 1_200, { target: 'operator' })
    await asker.askOption('Axle', ['front', 'rear'], {
      translations: { Axle: { de: 'Achse' }, front: { de: 'vorne', nl: 'voor' } },
      imageUrl: 'https://example.com/axle.png',
    })
    expect(await payloads()).toEqual([
      { target: 'INTERFACE_OPERATOR', control_label: { label: 'Wait', minimal_display_time: 2 } },
      {
        target: 'INTERFACE_USER',
        control_options: { label: 'Axle', options: ['front', 'rear'] },
        translations: [
          { label: 'Axle', translations: [{ language: 'de', label: 'Achse' }] },
          {
            label: 'front',
            translations: [
              { language: 'de', label: 'vorne' },
              { language: 'nl', label: 'voor' },
            ],
          },
        ],
        image: { url: 'https://example.com/axle.png' },
      },
    ])
    asker.close()
  })

  it('skip echoes of another type, of another label and without an answer', async () => {
    const { asker } = await inSession({
      answers: {
        control_yesno: [
          { instead: { control_freetext: { label: 'On?', answer: 'x' } } },
          { instead: { control_yesno: { label: 'Earlier?', answer: false } } },
          {},
          { answer: true },
        ],
      },
    })
    expect(good(await asker.askYesNo('On?'))).toBe(true)
    asker.close()
  })

  it('fail with "withdrawn" when a newer control replaces them or the asker closes', async () => {
    const { judge, asker } = await inSession({ answers: { control_continue: [{}] } })
    const first = asker.askYesNo('On?')
    expect(good(await asker.askContinue('Go on'))).toBeNull()
    expect(bad(await first).code).toBe('prompt-withdrawn')
    const second = asker.askFreeText('Name?')
    asker.close()
    expect(bad(await second).code).toBe('prompt-withdrawn')
    await vi.waitFor(() =>
      expect(judge.events.some((one) => one.event === 'halfClosed' && one.rpc === control)).toBe(true),
    )
  })

  it('fail with the server’s reason when it ends the stream', async () => {
    const details = 'this context has no user interface'
    const { asker } = await inSession({ answers: { control_yesno: [{ status: 7, details }] } })
    expect(bad(await asker.askYesNo('On?'))).toMatchObject({ code: 'not-allowed-now', detail: details })
  })

  it('refuse an answer outside of what was asked', async () => {
    const { asker } = await inSession({
      answers: { control_options: [{ answer: 2 }], control_number: [{ answer: 9 }] },
    })
    expect(bad(await asker.askOption('Which?', ['front', 'rear'])).code).toBe('answer-invalid')
    expect(bad(await asker.askNumber('How many?', { minimum: 0, maximum: 4 })).code).toBe('answer-invalid')
    asker.close()
  })
})

describe('client streams on the official Servicers', () => {
  it('configure every bus in one stream, with the transceiver only where it was chosen', async () => {
    const { judge, calls } = await inSession()
    good(
      await configureBuses(calls, [
        { kind: 'can', name: 'drive', can: { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 } },
        {
          kind: 'can',
          name: 'body',
          can: { pinPlus: 3, pinMin: 11, protocol: 'tp20', bitRate: 83.3, transceiver: 'low' },
        },
        { kind: 'kline', name: 'old', kline: { pin: 7, initialisation: 'fast', bitRate: 10400 } },
        { kind: 'terminal15', name: 'ignition', pin: 1 },
      ]),
    )
    await judge.settled()
    expect(judge.events.find((one) => one.event === 'collected')?.messages).toEqual([
      {
        bus_name: 'drive',
        can_bus: { pin_plus: 6, pin_min: 14, can_protocol: 'CAN_PROTOCOL_ISOTP', can_bit_rate: 'CAN_BIT_RATE_500' },
      },
      {
        bus_name: 'body',
        can_bus: {
          pin_plus: 3,
          pin_min: 11,
          can_protocol: 'CAN_PROTOCOL_TP20',
          can_bit_rate: 'CAN_BIT_RATE_83_3',
          transceiver: 'TRANSCEIVER_SPEED_LOW',
        },
      },
      {
        bus_name: 'old',
        kline_bus: { pin: 7, kline_protocol: 'KLINE_PROTOCOL_ISO14230_FAST', kline_bit_rate: 'KLINE_BIT_RATE_10400' },
      },
      { bus_name: 'ignition', terminal15_bus: { pin: 1 } },
    ])
  })

  it('give a refused configuration its reason', async () => {
    const { judge, calls } = await inSession()
    await judge.fault({ rpc: 'config/configureBus', status: 3, details: 'pin 6 is used twice' })
    expect(bad(await configureBuses(calls, []))).toMatchObject({ code: 'invalid-input', detail: 'pin 6 is used twice' })
  })

  it('give up the receipt of the script log after 5 s on a dead connection', async () => {
    const { proxy, calls } = await inSession()
    const clock = new ManualClock()
    const log = new ScriptLog(calls, clock)
    log.write('info', 'lost')
    await proxy.setMode('black-hole')
    const closing = log.close()
    clock.advance(5_000)
    expect(bad(await closing)).toMatchObject({ code: 'timed-out', certainty: 'unclear' })
    await proxy.setMode('pass')
  })

  it('write the script log in order and get its receipt, also with nothing in it', async () => {
    const { judge, calls } = await inSession()
    const log = new ScriptLog(calls)
    good(await log.close())
    for (let line = 0; line < 500; line += 1) log.write(line % 2 ? 'warning' : 'info', `line ${line}`)
    good(await log.close())
    await judge.settled()
    const messages = judge.events.find((one) => one.event === 'collected')?.messages ?? []
    expect(messages).toHaveLength(500)
    expect(messages[499]).toEqual({ content: 'line 499', level: 'LOG_LEVEL_WARNING' })
    expect(log.dropped).toBe(0)
  })
})
