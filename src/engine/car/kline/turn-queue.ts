/** Lets conversations use a line in turn, in the order of their requests. */
export class TurnTaking {
  readonly #waiting: ((endTurn: () => void) => void)[] = []
  #isTaken = false

  /** Calls `run` when the line is free; it must call `endTurn` at its end. */
  take(run: (endTurn: () => void) => void): void {
    this.#waiting.push(run)
    if (!this.#isTaken) this.#next()
  }

  #next() {
    const run = this.#waiting.shift()
    this.#isTaken = run !== undefined
    let hasEnded = false
    run?.(() => {
      if (hasEnded) return
      hasEnded = true
      this.#next()
    })
  }
}
