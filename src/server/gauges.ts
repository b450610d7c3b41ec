/** Numbers of open resources; every increase needs a decrease, and leak tests compare them. */
export class Gauges<Name extends string> {
  readonly #values = new Map<string, number>()

  increase(name: Name, by = 1): void {
    this.#values.set(name, this.read(name) + by)
  }

  decrease(name: Name, by = 1): void {
    this.increase(name, -by)
  }

  read(name: Name): number {
    return this.#values.get(name) ?? 0
  }
}
