/** Limits of what main keeps of the texts that a person is typing; the whole fits into one call. */
export const keptDrafts = { count: 8, characters: 2_000 } as const

/** Maximum lengths of typed texts, in UTF-16 code units. Longer texts are refused, never cut. */
export const longest = {
  freeText: 16_000,
  description: 4_000,
  targetNumber: 64,
  profileName: 80,
  host: 253,
  clusterId: 16,
  clientId: 200,
  clientSecret: 500,
} as const
