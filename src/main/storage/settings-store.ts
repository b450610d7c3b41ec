import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { keptDaysSchema, type Settings, settingsSchema } from '../../shared/app-state.ts'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** The settings of a new installation. */
export const defaultSettings: Settings = { language: 'en', theme: 'system', keptDays: null }

/** Language, theme and the profile last chosen. */
export class SettingsStore {
  readonly #readFailed: ReadFailed
  readonly #get: StatementSync
  readonly #set: StatementSync

  constructor(database: DatabaseSync, readFailed: ReadFailed = () => undefined) {
    this.#readFailed = readFailed
    this.#get = database.prepare('SELECT value FROM settings WHERE name = ?')
    this.#set = database.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
  }

  /** The stored settings; a value that cannot be read falls back to its default. */
  read(): Settings {
    const settings = { ...defaultSettings }
    const language = settingsSchema.shape.language.safeParse(this.#value('language'))
    const theme = settingsSchema.shape.theme.safeParse(this.#value('theme'))
    if (language.success) settings.language = language.data
    if (theme.success) settings.theme = theme.data
    const keptDays = keptDaysSchema.safeParse(Number(this.#value('keptDays')))
    if (keptDays.success) settings.keptDays = keptDays.data
    return settings
  }

  /** Stores one setting durably. Throws when the write fails. */
  write<N extends keyof Settings>(name: N, value: Settings[N]): void {
    this.#set.run(name, String(value))
  }

  /** Id of the profile last chosen. */
  get selectedProfileId(): string | undefined {
    return this.#value('profile')
  }

  /** Stores the chosen profile. Throws when the write fails. */
  set selectedProfileId(id: string) {
    this.#set.run('profile', id)
  }

  #value(name: string): string | undefined {
    const row = guardedRead('settings', this.#readFailed, () => this.#get.get(name), undefined)
    return typeof row?.value === 'string' ? row.value : undefined
  }
}
