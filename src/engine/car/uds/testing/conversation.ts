import { expect } from 'vitest'
import { carYaml, testedCar } from '../../testing/tested-car.ts'
import { securityKey } from '../services/session.ts'

/** An engine ECU with all services. */
export const engine = `    data:
      F187: { text: AB }
      D001: { hex: "01 02", write: { sessions: [3], security: 1 } }
      D002: { hex: "00", write: { sessions: [1, 3] }, volatile: true }
      D003: { number: 18, bytes: 1, control: { sessions: [3] } }
      D004: { number: 255, bytes: 2 }
      D005: { hex: "00", write: { sessions: [1], needsIgnition: true } }
      D006: { hex: "66", security: 1 }
    power: battery
    sessions: [1, 2, 3]
    security: [{ level: 1, key: [{ xor: 0x12345678 }, { rotateLeft: 8 }, { add: 1 }], attempts: 2, lockMs: 10000 }]
    troubleCodes:
      - { code: P0171-00, status: 0x28, snapshots: [{ record: 1, data: F40C, hex: "0C A8" }], extended: [{ record: 2, hex: "05" }] }
      - { code: U3FFF-1A, status: 0x2F, isPresent: true }
    routines:
      "0312": { takesMs: 100, security: 1, effects: [{ data: D004, add: 1 }, { data: F187, set: "43 44" }], clearsTroubleCodes: true }
      "0100": { sessions: [1], started: "AA" }
    download: { sessions: [2], from: 0x1000, bytes: 0x100, blockBytes: 34, effects: [{ data: D004, add: 1 }] }
    memory: [{ address: 0x2000, hex: "00 11 22 33" }, { address: 0x3000, hex: "44", sessions: [3], security: 1 }]
    resets: [1]
    communicationControl: true
    obd: { values: { "0C": "0C A8", "21": "00 01" }, calibration: CAL1, permanent: [P0171] }
`

/** Requests and their answers in order, on a fresh car; `+ms` advances the clock. */
export async function converse(...lines: readonly string[]) {
  return converseWith(engine, ...lines)
}

/** The same with an engine ECU of the given YAML. */
export async function converseWith(yaml: string, ...lines: readonly string[]) {
  const tested = testedCar(carYaml(yaml))
  for (const line of lines) {
    const [request = '', expected = ''] = line.split('→').map((part) => part.trim())
    if (request.startsWith('+')) await tested.clock.advance(Number(request.slice(1)))
    else if (request === 'ignition off') tested.car.disturb({ isIgnitionOff: true })
    else if (request === 'ignition cycle') tested.car.disturb({ isIgnitionOff: true })()
    else
      expect(`${request} → ${(await tested.ask(request.replaceAll(' ', ''))).join(' ')}`).toBe(
        `${request} → ${expected}`,
      )
  }
  return tested
}

/** A conversation without later steps. */
export async function talk(...lines: readonly string[]): Promise<void> {
  await converse(...lines)
}

/** Opens security level 1. */
export async function unlock({ ask }: Awaited<ReturnType<typeof converse>>) {
  const [seedAnswer = ''] = await ask('2701')
  const seed = Number.parseInt(seedAnswer.slice(4), 16)
  const key = securityKey(seed, [{ xor: 0x12345678 }, { rotateLeft: 8 }, { add: 1 }])
  return ask(`2702${key.toString(16).padStart(8, '0')}`)
}
