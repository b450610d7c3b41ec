import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { isOldSqlite, oldestSqlite } from './sqlite-version.ts'

it('this Node has a SQLite that keeps a WAL together', () => {
  const database = new DatabaseSync(':memory:')
  const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.version)
  database.close()
  expect(process.versions.sqlite).toBe(version)
  expect(isOldSqlite(version)).toBe(false)
})

it.each([
  ['3.51.2', true],
  ['3.50.9', true],
  ['2.99.99', true],
  [oldestSqlite, false],
  ['3.51.10', false],
  ['3.53.4', false],
  ['4.0.0', false],
  ['', true],
  [undefined, true],
])('version %s is too old: %s', (version, isOld) => {
  expect(isOldSqlite(version)).toBe(isOld)
})
