/** Lets one conversation after the other use a line, in the order in which they asked. */
export class TurnTaking {
  readonly #waiting: ((endTurn: () => void) => void)[] = []
  #isTaken = false

  /** Calls `run` when the line is free; it has to call `endTurn` once it is through. */
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
