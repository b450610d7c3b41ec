/** The first Chromium that can be executed: WORKBENCH_CHROMIUM, then the usual names on PATH, then the usual places. */
export function findChromium(env?: NodeJS.ProcessEnv): string | undefined
