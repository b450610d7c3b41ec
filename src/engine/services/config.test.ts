import { expect, it, vi } from 'vitest'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { EngineUnderTest } from '../testing/engine-under-test.ts'

const bus = (
  bus_name: string,
  can_bit_rate: 'CAN_BIT_RATE_500' | 'CAN_BIT_RATE_250',
  pin_plus: number,
  pin_min: number,
) => ({
  bus_name,
  can_bus: { pin_plus, pin_min, can_bit_rate, can_protocol: 'CAN_PROTOCOL_ISOTP' as const },
})

it('writes one line to the log for each configured bus that does not fit the car', async () => {
  await using test = await EngineUnderTest.start()
  const { token } = await test.claimed('7848095')
  const warn = vi.spyOn(test.engine.log, 'warn')
  const stream = test.open(openObdV1.config.service.configureBus, token)
  stream.send(bus('right', 'CAN_BIT_RATE_500', 6, 14))
  stream.send(bus('slow', 'CAN_BIT_RATE_250', 3, 11))
  stream.halfClose()
  expect((await stream.status).code).toBe(0)
  expect(warn.mock.calls.map(([context, words]) => [(context as { bus: string }).bus, words])).toEqual([
    ['slow', expect.stringMatching(/^nothing on pins 3\/11 at 250 kbit\/s/)],
  ])
})
