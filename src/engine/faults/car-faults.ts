import { z } from 'zod'
import type { CarDisturbance, SimulatedCar } from '../car/car.ts'
import type { SimulatedEcu } from '../car/ecu.ts'
import { conversations, type FrameFaultKind, type FrameFaultRule, traffics } from '../car/frame-faults.ts'
import type { Engine } from '../engine.ts'
import { defineFault, noParameters, wholeNumber } from './define-fault.ts'
import { baysIn, endingAll, type FaultScope } from './fault-scope.ts'

function carsIn(engine: Engine, scope: FaultScope): readonly SimulatedCar[] {
  return baysIn(engine, scope).map(({ car }) => car)
}

const ecuSelector = z.strictObject({ ecu: z.string().default('*') })

/** The ECUs of a fault's cars. */
function ecusIn(engine: Engine, scope: FaultScope, selector: string): readonly SimulatedEcu[] {
  return carsIn(engine, scope).flatMap((car) => car.findEcus(selector))
}

/** Why no car in the scope has an ECU of that name; where the scope is one car, with the names that it has. */
function whyNoEcu(engine: Engine, scope: FaultScope, ecu: string): string | undefined {
  if (ecusIn(engine, scope, ecu).length > 0) return undefined
  if (ecusIn(engine, scope, `0x${ecu}`).length > 0)
    return `no ECU is called "${ecu}": for an identifier or address write 0x${ecu}`
  const [car, ...others] = carsIn(engine, scope)
  if (car === undefined || others.length > 0)
    return `no car here has an ECU "${ecu}": use its name, its request identifier or address such as 0x7E0, or *`
  const whose = scope.sessionId === '' ? 'the car on this connector' : 'the car of this session'
  return `${whose} has no ECU "${ecu}": use the request identifier or address such as 0x7E0, *, or one of ${namesOf(car)}`
}

const namesOf = ({ ecus }: SimulatedCar): string => ecus.map(({ description }) => `"${description.name}"`).join(', ')

/** ECUs sleep: they ignore every request. */
export const ecuAsleep = defineFault({
  kind: 'ecu-asleep',
  description: 'The ECU (name, request identifier, address or *) neither receives nor answers.',
  parameters: ecuSelector,
  check: (engine, scope, { ecu }) => whyNoEcu(engine, scope, ecu),
  apply: (engine, fault) =>
    endingAll(ecusIn(engine, fault, fault.parameters.ecu).map((ecu) => ecu.disturb({ isAsleep: true }))),
})

/** ECUs send 0x78 (response pending) again and again and never answer. */
export const pendingStorm = defineFault({
  kind: 'pending-storm',
  description: 'The ECU answers every request with repeated 0x78 and without a final answer.',
  parameters: ecuSelector.extend({ everyMs: wholeNumber(1, 60_000).default(100) }),
  check: (engine, scope, { ecu }) => whyNoEcu(engine, scope, ecu),
  apply: (engine, fault) => {
    const { ecu: selector, everyMs } = fault.parameters
    return endingAll(ecusIn(engine, fault, selector).map((ecu) => ecu.disturb({ pendingStormEveryMs: everyMs })))
  },
})

/** ECUs are always busy. */
export const ecuBusy = defineFault({
  kind: 'ecu-busy',
  description: 'The ECU answers every request with 0x21 (busy, repeat the request).',
  parameters: ecuSelector,
  check: (engine, scope, { ecu }) => whyNoEcu(engine, scope, ecu),
  apply: (engine, fault) =>
    endingAll(ecusIn(engine, fault, fault.parameters.ecu).map((ecu) => ecu.disturb({ isBusy: true }))),
})

function disturbCars(engine: Engine, scope: FaultScope, disturbance: CarDisturbance): () => void {
  return endingAll(carsIn(engine, scope).map((car) => car.disturb(disturbance)))
}

/** The ignition is off: ECUs powered by terminal 15 are silent. */
export const ignitionOff = defineFault({
  kind: 'ignition-off',
  description: 'Terminal 15 is off; ECUs without permanent power do not answer and lose their sessions.',
  parameters: noParameters,
  apply: (engine, fault) => disturbCars(engine, fault, { isIgnitionOff: true }),
})

/** The battery is weak. */
export const voltageDrop = defineFault({
  kind: 'voltage-drop',
  description: 'Sets the battery voltage; at 6.5 V and below no ECU answers.',
  parameters: z.strictObject({
    volts: z
      .string()
      .regex(/^\d{1,2}(\.\d+)?$/, 'must be a voltage such as 10.4')
      .transform(Number),
  }),
  apply: (engine, fault) => disturbCars(engine, fault, { volts: fault.parameters.volts }),
})

/** The CAN controllers of the connector are in bus-off. */
export const busOff = defineFault({
  kind: 'bus-off',
  description: 'The controllers of the configured buses neither send nor receive.',
  parameters: noParameters,
  apply: (engine, fault) => disturbCars(engine, fault, { isBusOff: true }),
})

const frameParameters = z.strictObject({
  /** Identifier such as 0x7E8; absent: the frames of conversations. */
  id: z
    .string()
    .regex(/^0[xX][0-9A-Fa-f]{1,8}$/, {
      error: ({ input }) =>
        /^[0-9A-Fa-f]{1,8}$/.test(String(input)) ? `write 0x${input}` : 'must be an identifier such as 0x7E8',
    })
    .transform(Number)
    .optional(),
  traffic: z.enum(traffics).optional(),
  frames: z.enum(['single', 'first', 'consecutive', 'flow-control']).optional(),
  probability: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .optional(),
  count: wholeNumber(1, 1_000_000).optional(),
})

/** Why a rule can never match a frame. */
function whyNoFrames({ traffic, frames }: Pick<FrameFaultRule, 'traffic' | 'frames'>): string | undefined {
  if (frames === undefined || (traffic !== 'tp20' && traffic !== 'broadcasts')) return undefined
  return `frames are kinds of ISO-TP frames, which traffic ${traffic} does not have: leave one of them out`
}

function frameFaultOf<Rule extends Omit<FrameFaultRule, 'kind'>>(
  kind: FrameFaultKind,
  description: string,
  parameters: z.ZodType<Rule>,
) {
  return defineFault({
    kind: `frames-${kind}`,
    description,
    parameters,
    check: (_engine, _scope, rule) => whyNoFrames(rule),
    apply: (engine, fault) => {
      const frames: FrameFaultRule = { ...fault.parameters, kind }
      return disturbCars(engine, fault, { frames })
    },
  })
}

/** Frames get lost on the way. */
export const framesLost = frameFaultOf('lost', 'CAN frames are lost.', frameParameters)
/** Frames come twice. */
export const framesDuplicated = frameFaultOf('duplicated', 'CAN frames appear twice.', frameParameters)
/** Frames overtake each other. */
export const framesReordered = frameFaultOf(
  'reordered',
  'A CAN frame is exchanged with the next one of the same sender and identifier.',
  frameParameters,
)
/** Frames of long messages have wrong sequence numbers. */
export const framesWrongSequence = frameFaultOf(
  'wrong-sequence',
  'Consecutive frames of ISO-TP have a wrong sequence number; optionally data of TP2.0 too.',
  frameParameters.omit({ frames: true }).extend({ traffic: z.enum(conversations).optional() }),
)
/** Frames come late. */
export const framesLate = frameFaultOf(
  'late',
  'CAN frames arrive late, by default later than ISO-TP allows.',
  frameParameters.extend({ delayMs: wholeNumber(1, 60_000).default(1500) }),
)
