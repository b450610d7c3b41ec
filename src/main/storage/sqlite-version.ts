/** Older versions can damage a database when two connections write and empty the WAL at the same moment (sqlite.org/wal.html). */
export const oldestSqlite = '3.51.3'

/** Whether a version of SQLite is older than the oldest that the journal may use; a missing one counts as too old. */
export function isOldSqlite(version: string | undefined): boolean {
  const parts = (text: string) => text.split('.').map(Number)
  const least = parts(oldestSqlite)
  const given = parts(version ?? '')
  const index = least.findIndex((part, place) => (given[place] ?? 0) !== part)
  return index >= 0 && (given[index] ?? 0) < (least[index] ?? 0)
}
