import { setTimeout as pause } from 'node:timers/promises'

type DevTools = <T>(method: string, params: object) => Promise<T>

const attempts = 3
const patienceMs = 10_000

/**
 * Navigates a page and repeats it when nothing happens: a busy Chromium sometimes leaves a new page blank while
 * another debugger (Playwright) still pauses it. Repeating is harmless as long as the address was not reached.
 * Resolves with Chromium's error text when it refuses, and with undefined once the page has loaded or will not load.
 */
export async function navigate(devTools: DevTools, url: string, isThere: () => boolean): Promise<string | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const answer = devTools<{ errorText?: string }>('Page.navigate', { url }).then(({ errorText }) => ({ errorText }))
    const waiting = new AbortController()
    const tooLong = pause(patienceMs, undefined, { signal: waiting.signal }).catch(() => undefined)
    const outcome = await Promise.race([answer, tooLong]).finally(() => waiting.abort())
    if (outcome) return outcome.errorText
    answer.catch(() => {})
    if (isThere()) return undefined
    process.stderr.write(`The stand-in's Chromium left a page blank; attempt ${attempt} of ${attempts}.\n`)
  }
  return undefined
}
