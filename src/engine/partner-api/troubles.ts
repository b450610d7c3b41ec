import type { Engine } from '../engine.ts'
import { type PartnerApiTrouble, partnerApi } from '../faults/partner-api-faults.ts'

/** The active troubles of the imitated API; those with `times` end by themselves. */
export class Troubles {
  readonly #engine: Pick<Engine, 'faults'>
  readonly #used = new Map<string, number>()

  constructor(engine: Pick<Engine, 'faults'>) {
    this.#engine = engine
  }

  /** Whether the trouble applies now; counts it. Returns its `after`, or 0. */
  take(trouble: PartnerApiTrouble): number | undefined {
    for (const { id, kind, parameters } of this.#engine.faults.active) {
      if (kind !== partnerApi.kind) continue
      const given = parameters as { trouble: PartnerApiTrouble; times?: number; after?: number }
      if (given.trouble !== trouble) continue
      const used = this.#used.get(id) ?? 0
      if (given.times !== undefined && used >= given.times) continue
      this.#used.set(id, used + 1)
      return given.after ?? 0
    }
    return undefined
  }

  has(trouble: PartnerApiTrouble): boolean {
    return this.take(trouble) !== undefined
  }
}
