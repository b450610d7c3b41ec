import { type CallOutcome, mapOutcome } from '../failure.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type Product, productDetailsFromWire } from '../wire/product-details.ts'
import type { SessionCalls } from './session-calls.ts'

/** The products of the session's ticket. */
export async function getProductList(calls: SessionCalls): Promise<CallOutcome<readonly Product[]>> {
  const outcome = await calls.unary(openObdV1.productInfo.service.getProductList, {})
  return mapOutcome('productInfo/getProductList', outcome, (list) => list.products.map(productDetailsFromWire))
}
