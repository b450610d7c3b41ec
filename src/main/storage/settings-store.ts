import type { DatabaseSync } from 'node:sqlite'
import { type Settings, settingsSchema } from '../../shared/app-state.ts'

const defaults: Settings = { language: 'en', theme: 'system' }

/** Language, theme and the profile last chosen. */
export class SettingsStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** The stored settings; a value that this version cannot read falls back to its default. */
  read(): Settings {
    const settings = { ...defaults }
    const language = settingsSchema.shape.language.safeParse(this.#get('language'))
    const theme = settingsSchema.shape.theme.safeParse(this.#get('theme'))
    if (language.success) settings.language = language.data
    if (theme.success) settings.theme = theme.data
    return settings
  }

  /** Stores one setting durably. Throws when the disk refuses. */
  write<N extends keyof Settings>(name: N, value: Settings[N]): void {
    this.#set(name, value)
  }

  /** Id of the profile last chosen. */
  get selectedProfileId(): string | undefined {
    return this.#get('profile')
  }

  /** Remembers the chosen profile. */
  set selectedProfileId(id: string) {
    this.#set('profile', id)
  }

  #get(name: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM settings WHERE name = ?').get(name)
    return typeof row?.value === 'string' ? row.value : undefined
  }

  #set(name: string, value: string): void {
    this.#database
      .prepare(
        'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      )
      .run(name, value)
  }
}
