import type { ProductDetails__Output } from '../generated/types/openOBD/v1/ProductDetails.ts'
import { knownNumber, uint32 } from './plausible.ts'

/** A product on the ticket. */
export interface Product {
  /** Absent when the server sent none or an impossible one. */
  readonly number?: number
  readonly name: string
}

/** A received ProductDetails. */
export function productDetailsFromWire(wire: ProductDetails__Output): Product {
  const number = knownNumber('ProductDetails.number', wire.number, uint32)
  return { ...(number === undefined ? {} : { number }), name: wire.name }
}
