import { type CallOutcome, mapOutcome } from '../failure.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type Product, productDetailsFromWire } from '../wire/product-details.ts'
import type { SessionCalls } from './session-calls.ts'

/** The products of the session's ticket. */
export async function getProductList(calls: SessionCalls): Promise<CallOutcome<readonly Product[]>> {
  const { getProductList: rpc } = openObdV1.productInfo.service
  return mapOutcome(rpc, await calls.unary(rpc, {}), (list) => list.products.map(productDetailsFromWire))
}
