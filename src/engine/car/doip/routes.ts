import type { Clock } from '../../../server/clock/clock.ts'
import type { CanBus } from '../can-bus.ts'
import { canFrame } from '../can-frame.ts'
import { isotpDefaults } from '../isotp/options.ts'
import { frameBytes } from '../isotp/pdu.ts'
import { EcuRoute, type Requester, type RouteTarget } from './ecu-route.ts'
import { diagnosticNack } from './messages.ts'

/** All ECUs that a gateway can reach, by logical address. */
export class Routes {
  readonly #byAddress: ReadonlyMap<number, EcuRoute>
  readonly #functional: number | undefined

  constructor(
    targets: readonly { readonly target: RouteTarget; readonly bus: CanBus }[],
    functional: number | undefined,
    clock: Clock,
  ) {
    this.#byAddress = new Map(targets.map(({ target, bus }) => [target.address, new EcuRoute(target, bus, clock)]))
    this.#functional = functional
  }

  /** Routes a request; returns the code of the diagnostic NACK when that fails. */
  route(requester: Requester, target: number, payload: Uint8Array): number | undefined {
    if (target === this.#functional) return this.#routeToAll(requester, payload)
    const route = this.#byAddress.get(target)
    if (!route) return diagnosticNack.unknownTarget
    if (payload.length > route.target.isotp.longestRequest) return diagnosticNack.tooLarge
    return route.ask(requester, payload) ? undefined : diagnosticNack.outOfMemory
  }

  forget(requester: Requester): void {
    for (const route of this.#byAddress.values()) route.forget(requester)
  }

  dispose(): void {
    for (const route of this.#byAddress.values()) route.dispose()
  }

  /** One single frame per bus and identifier; ISO 15765-2 allows no longer functional requests. */
  #routeToAll(requester: Requester, payload: Uint8Array): number | undefined {
    if (payload.length >= frameBytes) return diagnosticNack.tooLarge
    const data = new Uint8Array(frameBytes).fill(isotpDefaults.padByte)
    data.set([payload.length, ...payload])
    const sent = new Set<string>()
    for (const route of this.#byAddress.values()) {
      route.expect(requester, payload)
      const key = `${route.bus.label} ${route.functionalId}`
      if (!sent.has(key)) route.sendFrame(canFrame(route.functionalId, data))
      sent.add(key)
    }
    return undefined
  }
}
