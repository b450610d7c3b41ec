import { z } from 'zod'
import { hexadecimal } from '../../files/scalars.ts'
import { highestExtendedId } from '../can-frame.ts'
import { checkDoip, doipGateway, ecuDoipAddress } from './doip-schema.ts'
import { checkBroadcastBuses, checkEcu } from './ecu-rules.ts'
import { byte, hexByte, hexBytes, milliseconds, sessionIds } from './field-schema.ts'
import { klineFields, tp20Fields, transportProblem } from './transport-schema.ts'
import { udsFields } from './uds-schema.ts'

const canId = z
  .number({ error: 'write a CAN identifier such as 0x7E0' })
  .int({ error: 'a CAN identifier is a whole number' })
  .min(0, { error: 'a CAN identifier is not negative' })
  .max(highestExtendedId, { error: 'a CAN identifier has at most 29 bits (0x1FFFFFFF)' })
  .meta(hexadecimal)

const isotp = z.strictObject({
  padding: z.boolean().default(true).describe('Whether the ECU fills its frames to eight bytes.'),
  padByte: hexByte.default(0xaa).describe('What frames are filled with.'),
  requiresPadding: z.boolean().default(false).describe('Whether the ECU ignores frames shorter than eight bytes.'),
  blockSize: byte.default(0).describe('Consecutive frames per flow control that the ECU grants; 0: all.'),
  separationTimeMs: z.number().min(0).max(127).default(0).describe('STmin that the ECU asks for, in milliseconds.'),
  waitFrames: z.number().int().min(0).max(16).default(0).describe('WAIT frames before the ECU lets a tester go on.'),
  longestRequest: z.number().int().min(7).max(1_048_576).default(4095).describe('Bytes; longer requests overflow.'),
  longestResponse: z.number().int().min(7).max(1_048_576).default(4095).describe('Bytes; longer answers give 0x14.'),
})

const timing = z.strictObject({
  responseMs: milliseconds.default(0).describe('How long an ordinary answer takes.'),
  p2Ms: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(50)
    .describe('Limit for an answer; the answer to service 0x10 contains it.'),
  p2StarMs: z.number().int().min(10).max(655_350).default(5000).describe('Limit for an answer after a 0x78.'),
  s3Ms: milliseconds.default(5000).describe('Silence after which the ECU leaves a non-default session.'),
})

const requestPrefix = hexBytes.describe('First bytes of the requests that this is about.')

const slowRule = z.strictObject({ request: requestPrefix, takesMs: milliseconds })
const busyRule = z.strictObject({ request: requestPrefix, times: z.number().int().min(1).max(1000) })
const refusalRule = z.strictObject({
  request: requestPrefix,
  nrc: hexByte.describe('Negative response code.'),
  sessions: sessionIds.optional().describe('Only in these diagnostic sessions.'),
  ignition: z.enum(['on', 'off']).optional().describe('Only with the ignition like this.'),
})

const broadcast = z.strictObject({
  bus: z.string().optional().describe('Another bus that the ECU sits on too; default the one it is reached on.'),
  id: canId,
  hex: hexBytes
    .refine((hex) => hex.replaceAll(' ', '').length <= 16, { error: 'a CAN frame has at most 8 bytes' })
    .describe('What the frame carries.'),
  everyMs: milliseconds.min(1, { error: 'at least 1 ms' }),
})

const ecu = z.strictObject({
  name: z
    .string()
    .min(1, { error: 'give the ECU a name' })
    .describe('Name in the window, in faults and in service 09.'),
  bus: z.string().describe('Name of one of the buses or klines above.'),
  request: canId.optional().describe('ISO-TP: identifier on which the ECU listens; above 0x7FF it is 29 bit.'),
  response: canId.optional().describe('ISO-TP: identifier on which the ECU answers.'),
  tp20: tp20Fields.optional().describe('TP2.0 instead of ISO-TP.'),
  kline: klineFields.optional().describe('ISO 14230 on a K-line instead of ISO-TP.'),
  functional: canId
    .optional()
    .describe('Identifier of requests to all ECUs; default 0x7DF, or 0x18DB33F1 with 29 bit.'),
  extendedAddress: z
    .strictObject({ request: hexByte, response: hexByte })
    .optional()
    .describe('Extended address bytes of both directions.'),
  doip: ecuDoipAddress.optional(),
  answers: z
    .enum(['always', 'never'])
    .default('always')
    .describe('An ECU that never answers is dead, but still listed.'),
  detected: z.boolean().default(true).describe('Whether a connector finds the ECU.'),
  power: z
    .enum(['ignition', 'battery'])
    .default('ignition')
    .describe('Battery-powered ECUs answer with the ignition off.'),
  isotp: isotp.prefault({}),
  timing: timing.prefault({}),
  sessions: sessionIds
    .default([0x01, 0x03])
    .describe(
      'Diagnostic sessions that it knows; above 0x80 the whole byte is the number, and the answer to 0x10 has no times.',
    ),
  identifiersPerRead: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe('Longest list in one 0x22; longer ones give 0x13.'),
  ignoresSuppressBit: z
    .boolean()
    .default(false)
    .describe('Whether the ECU answers TesterPresent although the suppress bit is set.'),
  slow: z.array(slowRule).default([]).describe('Requests that take long; past P2 the ECU sends 0x78 first.'),
  busy: z.array(busyRule).default([]).describe('Requests refused with 0x21 a number of times.'),
  refusals: z.array(refusalRule).default([]).describe('Requests refused under conditions; the first that fits counts.'),
  broadcasts: z
    .array(broadcast)
    .default([])
    .describe('CAN frames that the ECU sends without a request, unless service 0x28 forbids it.'),
  ...udsFields,
})

const pin = z
  .number()
  .int()
  .min(1)
  .max(16)
  .refine((value) => ![4, 5, 16].includes(value), { error: 'pins 4, 5 and 16 carry ground and battery, not a bus' })

const usualIgnitionPin = 1

const kbitPerSecond = z.union(
  [1000, 500, 250, 125, 100, 94, 83.3, 50, 33.3, 20, 10, 5].map((rate) => z.literal(rate)),
  { error: 'take one of 1000, 500, 250, 125, 100, 94, 83.3, 50, 33.3, 20, 10, 5' },
)

const bus = z.strictObject({
  pins: z
    .tuple([pin, pin], { error: 'give the two pins, plus first, such as [6, 14]' })
    .optional()
    .describe('Pins of the socket, plus first; without them the bus is only inside the car.'),
  kbitPerSecond,
  transceiver: z.enum(['high', 'low']).default('high').describe('High-speed or low-speed CAN.'),
})

const busName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, { error: 'a bus name has lower-case letters, digits and hyphens' })

const localTester = z.strictObject({
  bus: z.string().describe('Bus that it sits on.'),
  request: canId,
  response: canId,
  asks: hexBytes.describe('What it keeps asking.'),
  everyMs: milliseconds.min(1, { error: 'at least 1 ms' }).default(250),
})

/** A vehicle file: one simulated car with its buses, ECUs and their values. */
export const vehicleSchema = z
  .strictObject({
    name: z.string().min(1, { error: 'give the car a make and model' }).describe('Make and model.'),
    story: z.string().optional().describe('What this car is good for and what is odd about it.'),
    tecdocId: z.number().int().min(1).max(0xffffffff).describe('Number of the model in TecDoc.'),
    vin: z
      .string()
      .regex(/^[A-HJ-NPR-Z0-9]{17}$/, {
        error: 'a VIN has 17 characters: digits and capital letters without I, O and Q',
      })
      .describe('Vehicle identification number; data identifiers with the value vin repeat it.'),
    products: z
      .array(z.strictObject({ number: z.number().int().min(1), name: z.string().min(1) }))
      .default([])
      .describe('What is usually ordered for this car; tickets say what is really ordered.'),
    battery: z
      .strictObject({ volts: z.number().min(0).max(32).describe('At 6.5 and below nothing answers.') })
      .default({ volts: 12.6 }),
    ignition: z.enum(['on', 'off']).default('on').describe('State of terminal 15.'),
    ignitionPin: pin
      .optional()
      .describe('Pin at which terminal 15 is; default 1, or none if a bus, a K-line or DoIP is on that.'),
    detectionSeconds: z.number().min(0).max(600).default(3).describe('Time a connector needs to detect the ECUs.'),
    timing: z
      .enum(['as-fast-as-possible', 'realistic'])
      .default('as-fast-as-possible')
      .describe('Whether frames take the time of their bits.'),
    buses: z.record(busName, bus),
    klines: z
      .record(busName, z.strictObject({ pin }))
      .default({})
      .describe('K-lines by name; each ECU has its own bit rate.'),
    doip: doipGateway.optional(),
    localTester: localTester.optional().describe('Another tester at the car that disturbs when it is not muted.'),
    ecus: z.array(ecu).min(1, { error: 'a car without ECUs cannot be diagnosed: list at least one' }),
  })
  .superRefine(checkVehicle)

type Draft = z.infer<
  z.ZodObject<{
    buses: z.ZodRecord<z.ZodString, typeof bus>
    klines: z.ZodRecord<z.ZodString, z.ZodObject<{ pin: typeof pin }>>
    ecus: z.ZodArray<typeof ecu>
    doip: z.ZodOptional<typeof doipGateway>
    ignitionPin: z.ZodOptional<typeof pin>
    localTester: z.ZodOptional<typeof localTester>
  }>
>

function checkVehicle(vehicle: Draft, context: z.RefinementCtx) {
  const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
  checkPins(vehicle, problem)
  checkDoip(vehicle, problem)
  const localBus = vehicle.localTester?.bus
  if (localBus !== undefined && !Object.hasOwn(vehicle.buses, localBus)) {
    problem(
      ['localTester', 'bus'],
      `there is no bus "${localBus}": take one of ${Object.keys(vehicle.buses).join(', ')}`,
    )
  }
  const names = new Set<string>()
  const identifiers = new Map<string, string>()
  vehicle.ecus.forEach((entry, index) => {
    if (names.has(entry.name)) problem(['ecus', index, 'name'], `another ECU is called "${entry.name}": rename one`)
    names.add(entry.name)
    const lines = entry.kline ? vehicle.klines : vehicle.buses
    if (!Object.hasOwn(lines, entry.bus)) {
      const kind = entry.kline ? 'K-line' : 'bus'
      const known = Object.keys(lines).join(', ')
      problem(['ecus', index, 'bus'], `there is no ${kind} "${entry.bus}": take one of ${known || 'those you define'}`)
    }
    checkBroadcastBuses(entry, vehicle.buses, (path, message) => problem(['ecus', index, ...path], message))
    const unclear = transportProblem(entry)
    if (unclear) problem(['ecus', index, unclear.field], unclear.message)
    checkEcu(entry, (path, message) => problem(['ecus', index, ...path], message))
    for (const { path, key, text } of addressesOf(entry)) {
      const other = identifiers.get(key)
      if (other) problem(['ecus', index, ...path], `${text} is already used by "${other}" on this bus: choose another`)
      identifiers.set(key, entry.name)
    }
  })
}

/** Identifiers that must be unique among the ECUs of a bus. */
function addressesOf(entry: z.infer<typeof ecu>) {
  const { bus: line, request, response, extendedAddress, tp20, kline } = entry
  const address = (path: string[], value: number | undefined, kind: string) =>
    value === undefined
      ? []
      : [{ path, key: `${line} ${kind} ${value}`, text: `0x${value.toString(16).toUpperCase()}` }]
  return [
    ...address(['request'], request, `CAN ${extendedAddress?.request ?? 'none'}`),
    ...address(['response'], response, `CAN ${extendedAddress?.response ?? 'none'}`),
    ...address(['tp20', 'receivesOn'], tp20?.receivesOn, 'CAN none'),
    ...address(['tp20', 'address'], tp20?.address, 'TP2.0'),
    ...address(['kline', 'address'], kline?.address, 'K-line'),
  ]
}

function checkPins(vehicle: Draft, problem: (path: (string | number)[], message: string) => void) {
  const owners = new Map<number, string>((vehicle.doip?.pins ?? []).map((number) => [number, 'doip']))
  for (const [name, { pins }] of Object.entries(vehicle.buses)) {
    pins?.forEach((number, index) => {
      const owner = owners.get(number)
      if (owner) problem(['buses', name, 'pins', index], `pin ${number} is already used by bus "${owner}"`)
      owners.set(number, name)
    })
  }
  for (const [name, { pin: number }] of Object.entries(vehicle.klines)) {
    const owner = owners.get(number)
    if (owner) problem(['klines', name, 'pin'], `pin ${number} is already used by bus "${owner}"`)
    if (Object.hasOwn(vehicle.buses, name)) problem(['klines', name], `there is already a bus "${name}": rename one`)
    owners.set(number, name)
  }
  const owner = vehicle.ignitionPin && owners.get(vehicle.ignitionPin)
  if (owner) problem(['ignitionPin'], `pin ${vehicle.ignitionPin} is already used by bus "${owner}"`)
}

/** Pin of the socket at which a car has terminal 15; undefined when it has none. */
export function ignitionPinOf({ ignitionPin, buses, klines, doip }: VehicleDescription): number | undefined {
  if (ignitionPin !== undefined) return ignitionPin
  const taken = [
    ...Object.values(buses).map(({ pins }) => pins),
    Object.values(klines).map(({ pin }) => pin),
    doip?.pins,
  ]
  return taken.some((pins) => pins?.includes(usualIgnitionPin)) ? undefined : usualIgnitionPin
}

/** Whether an ECU is reached over ISO-TP. */
export function isIsotpEcu(description: EcuDescription): description is IsotpEcuDescription {
  return description.request !== undefined && description.response !== undefined
}

/** A checked vehicle file. */
export type VehicleDescription = z.infer<typeof vehicleSchema>
/** One ECU of a vehicle file. */
export type EcuDescription = z.infer<typeof ecu>
/** An ECU that is reached over ISO-TP. */
export type IsotpEcuDescription = EcuDescription & { readonly request: number; readonly response: number }
/** Another tester at the car. */
export type LocalTesterDescription = z.infer<typeof localTester>
/** One bus of a vehicle file. */
export type BusDescription = z.infer<typeof bus>
/** A frame that an ECU sends without a request. */
export type BroadcastDescription = z.infer<typeof broadcast>
/** Requests that take long. */
export type SlowRule = z.infer<typeof slowRule>
/** Requests that are refused under conditions. */
export type RefusalRule = z.infer<typeof refusalRule>
