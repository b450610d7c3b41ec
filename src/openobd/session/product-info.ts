import { type CallOutcome, mapOutcome } from '../failure.ts'
import { openObdV1 } from '../grpc/protos.ts'
import type { SessionCalls } from './session-calls.ts'

/** A product that was chosen on the ticket. */
export interface Product {
  readonly number: number
  readonly name: string
}

/** The products of the session's ticket. */
export async function getProductList(calls: SessionCalls): Promise<CallOutcome<readonly Product[]>> {
  const outcome = await calls.unary(openObdV1.productInfo.service.getProductList, {})
  return mapOutcome('productInfo/getProductList', outcome, (list) =>
    list.products.map(({ number, name }) => ({ number, name })),
  )
}
