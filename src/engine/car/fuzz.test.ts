import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CanFrame, canFrame, highestExtendedId } from './can-frame.ts'
import { carYaml, engineData, testedCar } from './testing/tested-car.ts'

const frame: fc.Arbitrary<CanFrame> = fc.record({
  id: fc.oneof(fc.constantFrom(0x7df, 0x7e0, 0x7e1, 0x7e8), fc.integer({ min: 0, max: highestExtendedId })),
  isExtended: fc.boolean(),
  data: fc.uint8Array({ maxLength: 8 }),
})

const request = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(0x10, 0x22, 0x3e, 0x27, 0x2e, 0x31, 0x14, 0x19), fc.uint8Array({ maxLength: 12 }))
    .map(([service, rest]) => Uint8Array.of(service, ...rest)),
)

it('no bytes on the bus break a car, and it comes to rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 60 }), async (frames) => {
      const { car, clock, ask } = testedCar()
      const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
      const port = car.socket.attachTester(wiring, { name: 'fuzzer', frameReceived: () => undefined })
      for (const one of frames) port.send(one)
      await clock.advance(20_000)
      expect(await ask('3E00')).toEqual(['7E00'])
      car.dispose()
      await clock.advance(20_000)
      expect(clock.pendingTimers).toBe(0)
    }),
    { numRuns: 200 },
  )
})

it('every request gets at most one final answer, and it belongs to the request', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (bytes) => {
      const { ask } = testedCar(carYaml(engineData))
      const answers = await ask(Buffer.from(bytes).toString('hex'), 5000)
      expect(answers.length).toBeLessThanOrEqual(1)
      const service = bytes[0] ?? 0
      for (const answer of answers) {
        const [first, second] = Buffer.from(answer, 'hex')
        if (first === 0x7f) expect(second).toBe(service)
        else expect(first).toBe(service + 0x40)
      }
    }),
    { numRuns: 500 },
  )
})

it('identifiers above 0x7FF are 29 bit and others 11 bit', () => {
  expect([canFrame(0x7ff, new Uint8Array()).isExtended, canFrame(0x800, new Uint8Array()).isExtended]).toEqual([
    false,
    true,
  ])
})
