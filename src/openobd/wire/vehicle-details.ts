import type { VehicleDetails__Output } from '../generated/types/openOBD/v1/VehicleDetails.ts'
import { knownNumber, uint32 } from './plausible.ts'

/** Known details of the car; absent fields are not known. */
export interface VehicleDetails {
  readonly name?: string
  readonly tecdocId?: number
  readonly vin?: string
}

/** A received VehicleDetails. */
export function vehicleDetailsFromWire(wire: VehicleDetails__Output): VehicleDetails {
  const tecdocId = knownNumber('VehicleDetails.tecdoc_id', wire.tecdoc_id, uint32)
  return {
    ...(wire.name ? { name: wire.name } : {}),
    ...(tecdocId ? { tecdocId } : {}),
    ...(wire.vin ? { vin: wire.vin } : {}),
  }
}
