import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { keptDaysSchema, type Settings, settingsSchema, voltageLimitsSchema } from '../../shared/app-state.ts'
import { defaultSettings } from '../../shared/default-settings.ts'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** The settings of this computer, and the profile last chosen. */
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
    const settings: Settings = { ...defaultSettings }
    const language = settingsSchema.shape.language.safeParse(this.#value('language'))
    const theme = settingsSchema.shape.theme.safeParse(this.#value('theme'))
    if (language.success) settings.language = language.data
    if (theme.success) settings.theme = theme.data
    const keptDays = keptDaysSchema.safeParse(Number(this.#value('keptDays')))
    if (keptDays.success) settings.keptDays = keptDays.data
    const textSize = settingsSchema.shape.textSize.safeParse(this.#value('textSize'))
    if (textSize.success) settings.textSize = textSize.data
    const sound = this.#value('sound')
    if (sound !== undefined) settings.sound = sound !== 'false'
    const voltageLimits = voltageLimitsSchema.safeParse(parsed(this.#value('voltageLimits')))
    if (voltageLimits.success) settings.voltageLimits = voltageLimits.data
    return settings
  }

  /** Whether a person or an administrator has chosen this setting. */
  isSet(name: keyof Settings): boolean {
    return this.#value(name) !== undefined
  }

  /** Stores one setting durably. Throws when the write fails. */
  write<N extends keyof Settings>(name: N, value: Settings[N]): void {
    this.#set.run(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }

  /** Id of the profile last chosen. */
  get selectedProfileId(): string | undefined {
    return this.#value('profile')
  }

  /** Stores the chosen profile. Throws when the write fails. */
  set selectedProfileId(id: string) {
    this.#set.run('profile', id)
  }

  /** Whether a person has agreed to store secrets without protection. */
  get allowsUnprotectedSecrets(): boolean {
    return this.#value('unprotectedSecrets') === 'true'
  }

  /** Stores the agreement. Throws when the write fails. */
  set allowsUnprotectedSecrets(isAllowed: boolean) {
    this.#set.run('unprotectedSecrets', String(isAllowed))
  }

  #value(name: string): string | undefined {
    const row = guardedRead('settings', this.#readFailed, () => this.#get.get(name), undefined)
    return typeof row?.value === 'string' ? row.value : undefined
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
