/** Why facts are not written to the disk now. `slow`: the disk takes longer than two seconds. */
export const journalTroubles = ['disk-full', 'read-only', 'locked', 'slow', 'damaged', 'unknown'] as const
export type JournalTrouble = (typeof journalTroubles)[number]
