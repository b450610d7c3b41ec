export const engineFlags: readonly string[]
