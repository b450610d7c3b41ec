import { z } from 'zod'
import { hexadecimal } from '../../files/scalars.ts'
import { hexByte } from './field-schema.ts'

const logicalAddress = z
  .number({ error: 'write a logical address such as 0x1010' })
  .int({ error: 'a logical address is a whole number' })
  .min(1, { error: 'a logical address is at least 1' })
  .max(0xffff, { error: 'a logical address has at most 16 bits (0xFFFF)' })
  .meta(hexadecimal)

const entityId = z.string().regex(/^[0-9A-Fa-f]{12}$/, { error: 'an identification has six bytes: twelve hex digits' })

/** Makes whose addressing scheme openOBD supports, by their name in vehicle files. */
export const doipNetworks = ['jlr', 'volvo', 'bmw', 'daimler', 'vag', 'chrysler', 'psa', 'gm', 'renault'] as const

/** Logical address of an ECU behind the gateway. */
export const ecuDoipAddress = logicalAddress.describe('Logical address behind the DoIP gateway of the car.')

/** The DoIP gateway of a car. */
export const doipGateway = z
  .strictObject({
    pins: z
      .union([z.tuple([z.literal(1), z.literal(9)]), z.tuple([z.literal(3), z.literal(11)])], {
        error: 'DoIP is on pins [1, 9] (option 1) or [3, 11] (option 2)',
      })
      .describe('Option 1 or option 2 of openOBD, by its pins.'),
    network: z.enum(doipNetworks).describe('Addressing scheme of the make.'),
    gateway: logicalAddress.describe('Logical address of the gateway.'),
    tester: logicalAddress.describe('Address that a connector uses; the ECU list contains it.'),
    testers: z
      .tuple([logicalAddress, logicalAddress])
      .default([0x0e00, 0x0eff])
      .describe('First and last source address that is let in.'),
    functional: logicalAddress.optional().describe('Address of requests to all ECUs; without it there is none.'),
    activationTypes: z.array(hexByte).min(1).default([0x00]).describe('Kinds of routing activation that are accepted.'),
    versions: z
      .array(z.number().int().min(1).max(4))
      .min(1)
      .default([2])
      .describe('Protocol versions: 1 (2010), 2 (2012), 3 (2019), 4 (2019 with amendment).'),
    eid: entityId.default('02C0FFEE0001').describe('Identification of the gateway, usually its MAC address.'),
    gid: entityId.optional().describe('Identification of its group; default the same as eid.'),
    sockets: z.number().int().min(1).max(16).default(8).describe('Testers that may be active at once.'),
    longestMessage: z
      .number()
      .int()
      .min(64)
      .max(1_048_576)
      .default(8192)
      .describe('Bytes; longer messages are refused.'),
  })
  .describe('Diagnostics over IP; the gateway translates to the buses inside the car.')

/** A checked DoIP gateway of a vehicle file. */
export type DoipDescription = z.infer<typeof doipGateway>

/** The parts of a vehicle file that DoIP concerns. */
interface DoipDraft {
  readonly doip?: DoipDescription | undefined
  readonly buses: Readonly<Record<string, { readonly pins?: readonly number[] | undefined }>>
  readonly ecus: readonly {
    readonly name: string
    readonly bus: string
    readonly request?: number | undefined
    readonly doip?: number | undefined
    readonly detected: boolean
  }[]
}

/** Reports what does not fit together: addresses without gateway, twice, or in the range of testers; ECUs that nobody reaches. */
export function checkDoip(vehicle: DoipDraft, problem: (path: (string | number)[], message: string) => void): void {
  const { doip } = vehicle
  if (doip) checkGateway(doip, problem)
  const owners = new Map<number, string>()
  vehicle.ecus.forEach((ecu, index) => {
    const path = ['ecus', index, 'doip']
    if (ecu.doip === undefined) {
      const isInside = Object.hasOwn(vehicle.buses, ecu.bus) && vehicle.buses[ecu.bus]?.pins === undefined
      if (isInside && ecu.detected) {
        problem(
          ['ecus', index, 'bus'],
          `bus "${ecu.bus}" is not at the socket: give the ECU a doip address, or detected: false`,
        )
      }
      return
    }
    if (!doip) problem(path, 'the car has no DoIP gateway: describe it under doip')
    if (ecu.request === undefined) problem(path, 'the gateway translates to ISO-TP: the ECU needs request and response')
    const owner = owners.get(ecu.doip)
    if (owner) problem(path, `this address already belongs to "${owner}": choose another`)
    owners.set(ecu.doip, ecu.name)
    if (doip && isTester(doip, ecu.doip)) problem(path, 'this address is in the range of testers: choose another')
    if (ecu.doip === doip?.functional) problem(path, 'this address means all ECUs: choose another')
  })
}

function checkGateway(doip: DoipDescription, problem: (path: (string | number)[], message: string) => void) {
  const [first, last] = doip.testers
  if (first > last) problem(['doip', 'testers'], 'the first address is above the last: change places')
  else if (!isTester(doip, doip.tester))
    problem(['doip', 'tester'], 'the address is not one of testers: it would be refused')
  if (isTester(doip, doip.gateway))
    problem(['doip', 'gateway'], 'this address is in the range of testers: choose another')
}

/** Whether a gateway lets this source address in. */
export function isTester({ testers }: Pick<DoipDescription, 'testers'>, address: number): boolean {
  return testers[0] <= address && address <= testers[1]
}
