import { afterEach, beforeEach, vi } from 'vitest'

/** Elements have no size in the test page, but a list of which only the visible part is drawn needs one. Call it in a `describe`. */
export function drawsListsWithSize(): void {
  beforeEach(() => {
    for (const height of ['offsetHeight', 'clientHeight'] as const) {
      vi.spyOn(HTMLElement.prototype, height, 'get').mockReturnValue(240)
    }
    for (const width of ['offsetWidth', 'clientWidth'] as const) {
      vi.spyOn(HTMLElement.prototype, width, 'get').mockReturnValue(600)
    }
  })
  afterEach(() => vi.restoreAllMocks())
}
