/** Number of turns in which a time limit passes. */
const turns = 20

/**
 * Calls `giveUp` after the limit in ms, unless it is cancelled. Time in which this process could do nothing (a busy or sleeping
 * computer) counts little, because answers may wait unread: the limit passes in twenty turns, however late each of them is.
 */
export function limitedPatience(limitMs: number, giveUp: () => void): () => void {
  let left = turns
  const timer = setInterval(() => {
    left -= 1
    if (left > 0) return
    clearInterval(timer)
    giveUp()
  }, limitMs / turns)
  return () => clearInterval(timer)
}
