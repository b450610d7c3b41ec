/** Active disturbances of a car, an ECU or a connector. They add up, and each can be ended independently. */
export class Disturbances<Disturbance extends object> {
  readonly #active = new Map<object, Disturbance>()

  /** Adds one; the returned function ends it. */
  add(disturbance: Disturbance): () => void {
    const key = {}
    this.#active.set(key, disturbance)
    return () => void this.#active.delete(key)
  }

  /** The value of a field in the newest disturbance that has it. */
  newest<Field extends keyof Disturbance>(field: Field): Disturbance[Field] | undefined {
    if (this.#active.size === 0) return undefined
    return this.all.findLast((disturbance) => disturbance[field] !== undefined)?.[field]
  }

  /** Every disturbance, oldest first. */
  get all(): readonly Disturbance[] {
    return [...this.#active.values()]
  }
}
