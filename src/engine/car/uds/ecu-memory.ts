import type { Clock } from '../../../server/clock/clock.ts'
import type { EcuDescription } from '../file/schema.ts'
import { DataStore } from './data-store.ts'
import { FaultMemory } from './fault-memory.ts'
import { MemoryStore } from './memory-store.ts'
import { defaultSession, type EcuState, type SecurityProgress, type Transfer } from './service.ts'
import { settleRoutines } from './services/routines.ts'

/** Inputs of an ECU's memory. */
export interface EcuMemorySetup {
  readonly description: EcuDescription
  readonly clock: Clock
  readonly vin: string
  readonly random: () => number
  isIgnitionOn(): boolean
  resetSoon(): void
}

/** All state of an ECU, with its lifetime: a session, until a reset, until loss of power, or longer. */
export class EcuMemory implements EcuState {
  readonly description: EcuDescription
  readonly clock: Clock
  readonly vin: string
  readonly random: () => number
  readonly data: DataStore
  readonly faults: FaultMemory
  readonly memory: MemoryStore
  readonly security = new Map<number, SecurityProgress>()
  readonly routines: EcuState['routines'] = new Map()
  readonly resetSoon: () => void
  session = defaultSession
  unlockedLevel = 0
  transfer: Transfer | undefined
  communication = 0
  readonly #isIgnitionOn: () => boolean

  constructor(setup: EcuMemorySetup) {
    this.description = setup.description
    this.clock = setup.clock
    this.vin = setup.vin
    this.random = setup.random
    this.resetSoon = setup.resetSoon
    this.#isIgnitionOn = setup.isIgnitionOn
    this.data = new DataStore(setup.description, setup.vin)
    this.memory = new MemoryStore(setup.description)
    this.faults = new FaultMemory(setup.description.troubleCodes ?? [], () => setup.clock.now())
  }

  get isIgnitionOn(): boolean {
    return this.#isIgnitionOn()
  }

  /** Whether the ECU may send frames without a request (control types 0 and 2 of service 0x28). */
  get maySendUnasked(): boolean {
    return this.communication === 0 || this.communication === 2
  }

  /** Switches the diagnostic session; security, control and transfers never outlive that (ISO 14229-1, 10.2). */
  enterSession(session: number): void {
    this.session = session
    this.unlockedLevel = 0
    for (const progress of this.security.values()) progress.seed = undefined
    this.transfer = undefined
    this.data.endControl()
    if (session !== defaultSession) return
    this.faults.isSettingOn = true
    this.communication = 0
  }

  /** Applies all due changes; called before each request and before state is removed. */
  settle(): void {
    settleRoutines(this)
    this.faults.settle()
  }

  /** Removes state that a reset ends and starts a new cycle. */
  forget(): void {
    this.settle()
    this.enterSession(defaultSession)
    this.routines.clear()
    this.data.reset()
    this.memory.reset()
    this.faults.newCycle()
  }
}
