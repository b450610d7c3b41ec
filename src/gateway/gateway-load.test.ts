import { status } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import { eventually } from '../engine/testing/engine-under-test.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { GatewayBench } from './testing/gateway-bench.ts'

const { openIsotpStream } = openObdV1.can.service
const { openControlStream } = openObdV1.userInterface.service
const { openLogStream } = openObdV1.logging.service
const { openSessionTokenStream } = openObdV1.session.service
const bus = {
  bus_name: 'load',
  can_bus: {
    pin_plus: 6,
    pin_min: 14,
    can_protocol: 'CAN_PROTOCOL_ISOTP' as const,
    can_bit_rate: 'CAN_BIT_RATE_500' as const,
  },
}
const channel = { bus_name: 'load', request_id: 0x7e0, response_id: 0x7e8 }
const channels = 40
const requestsEach = 10
const prompts = 200
const lines = 10_000
const cancelled = 2_500

// @proves Gateway: One job's 2,500 cancelled streams, 10,000 log lines and 200 questions disturb nothing of another job with 40 pipelined channels
it('a job that floods and cancels disturbs nothing of a job beside it', { timeout: 120_000 }, async () => {
  const shown = new Set<string>()
  const logged = new Map<string, number>()
  await using bench = await GatewayBench.start(
    {
      onPrompt: ({ kind, prompt }) =>
        void (kind === 'shown' && shown.add(prompt.control.control_continue?.label ?? '')),
      onLogLine: ({ context }) => void logged.set(context.session.id, (logged.get(context.session.id) ?? 0) + 1),
    },
    { hasWorkbench: false, isClockManual: false },
  )
  const [loud, quiet] = [await bench.claimed('7848095'), await bench.claimed('7848112')]
  const [loudClient, quietClient] = [bench.connect(), bench.connect()]
  const buses = bench.open(openObdV1.config.service.configureBus, quiet.token, quietClient)
  buses.send(bus)
  buses.halfClose()
  expect((await buses.status).code).toBe(status.OK)
  const tokens = bench.open(openSessionTokenStream, quiet.token, quietClient)
  tokens.send({})
  tokens.halfClose()
  const question = bench.open(openControlStream, quiet.token, quietClient)
  question.send({ target: 'INTERFACE_USER', control_continue: { label: 'quiet question' } })
  await eventually(() => shown.has('quiet question'), 'the quiet job asks')
  await eventually(() => tokens.messages.length === 1, 'the quiet job has its first token')
  const before = bench.engine.engine.gauges.read('openStreams')

  const conversations = Array.from({ length: channels }, () => bench.open(openIsotpStream, quiet.token, quietClient))
  for (const conversation of conversations)
    for (let request = 0; request < requestsEach; request += 1) conversation.send({ channel, payload: '3E00' })

  const log = bench.open(openLogStream, loud.token, loudClient)
  for (let line = 0; line < lines; line += 1) log.send({ content: `line ${line}` })
  log.halfClose()
  const asking = bench.open(openControlStream, loud.token, loudClient)
  for (let prompt = 0; prompt < prompts; prompt += 1)
    asking.send({ target: 'INTERFACE_USER', control_continue: { label: `loud question ${prompt}` } })
  const ends = []
  for (let stream = 0; stream < cancelled; stream += 1) {
    const opened = bench.open(openSessionTokenStream, loud.token, loudClient)
    opened.send({})
    opened.halfClose()
    ends.push(opened.status)
    if (stream % 2 === 0) opened.cancel()
    else setImmediate(() => opened.cancel())
  }

  await eventually(
    () => conversations.every(({ messages }) => messages.length >= requestsEach),
    'every pipelined request of the quiet job has its answer',
  )
  // All channels are on one bus, so that each hears the answers to the others as well.
  for (const { messages } of conversations)
    expect(new Set(messages.map(({ payload }) => payload))).toEqual(new Set(['7E00']))
  expect(new Set((await Promise.all(ends)).map(({ code }) => code))).toEqual(new Set([status.CANCELLED]))
  expect((await log.status).code).toBe(status.OK)
  expect(logged.get(loud.id)).toBe(lines)
  await eventually(() => shown.has(`loud question ${prompts - 1}`), 'the last question of the loud job is shown')
  expect(shown.size).toBe(prompts + 1)

  // Nothing of the quiet job has ended, and nothing of the loud one is left.
  expect(bench.gateway.prompts.board.prompts.map(({ control }) => control.control_continue?.label)).toContain(
    'quiet question',
  )
  expect(tokens.messages).toHaveLength(1)
  for (const conversation of conversations) conversation.halfClose()
  for (const conversation of conversations) expect((await conversation.status).code).toBe(status.OK)
  await eventually(() => bench.engine.engine.gauges.read('openStreams') === before, 'every other stream has ended')
  expect(await bench.call(openObdV1.vehicleInfo.service.getVehicleDetails, {}, quiet.token)).toHaveProperty('vin')
})
