import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { notFound, unavailable } from '../../server/refusal.ts'
import { defineService, unary } from '../../server/rpc/rpc.ts'
import { anyContextAccess } from '../session/access.ts'

/** `openOBD.v1.vehicleInfo` (protocol.md §12). */
export const vehicleInfoService = () =>
  defineService(openObdV1.vehicleInfo.service, {
    getEcuList: unary(anyContextAccess, (_request, { session }) => {
      const { bay } = session
      if (!bay.hasDetectedEcus(session.createdAt)) throw unavailable('ECU detection is still running')
      return { ecus: bay.isPlugged ? bay.car.detectedEcus() : [] }
    }),
    getVehicleDetails: unary(anyContextAccess, (_request, { session: { bay } }) => ({
      name: bay.car.name,
      tecdoc_id: bay.car.tecdocId,
      vin: bay.car.vin,
    })),
  })

/** `openOBD.v1.productInfo`: what the customer chose on the ticket; nothing on a session without one. */
export const productInfoService = () =>
  defineService(openObdV1.productInfo.service, {
    getProductList: unary(anyContextAccess, (_request, { session }) => ({
      products: (session.ticket?.products ?? []).map(({ number, name }) => ({ number, name })),
    })),
  })

/** `openOBD.v1.ticketInfo`; NOT_FOUND on a session that was started on a connector. */
export const ticketInfoService = () =>
  defineService(openObdV1.ticketInfo.service, {
    getTicketDetails: unary(anyContextAccess, (_request, { session: { ticket } }) => {
      if (ticket === undefined) throw notFound('the session was started on a connector, without a ticket')
      return { number: Number(ticket.number), id: ticket.id }
    }),
  })
