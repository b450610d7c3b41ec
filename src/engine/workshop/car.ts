import type { Ecu } from '../../openobd/generated/types/openOBD/v1/Ecu.ts'

/** What the engine's core needs to know of a simulated car; buses and ECUs are the business of src/engine/vehicle. */
export interface Car {
  /** Make and model as text. */
  readonly name: string
  readonly vin: string
  readonly tecdocId: number
  /** Battery voltage in volts at pin 16 of the OBD socket. */
  readonly voltage: number
  /** State of terminal 15. */
  readonly ignitionOn: boolean
  /** The ECUs that a connector in this car's socket detects. */
  detectedEcus(): Ecu[]
  /** Calls `listener` after voltage, ignition or identity changed; returns how to stop listening. */
  onChange(listener: () => void): () => void
  /** Takes every timer and socket of the car down. */
  dispose(): void
}
