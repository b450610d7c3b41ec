import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { languageSchema } from '../shared/app-state.ts'
import { longest } from '../shared/limits.ts'
import { newWay } from './storage/profile-store.ts'
import type { Storage } from './storage/storage.ts'

/** Id of the server that an administrator has set. */
export const presetProfileId = 'preset'

/** What an administrator can set for everybody who uses the computer. Unknown fields are refused, so that a misspelt one is noticed. */
const presetsSchema = z.strictObject({
  language: languageSchema.optional(),
  server: z
    .strictObject({
      name: z.string().trim().min(1).max(longest.profileName),
      host: z.string().trim().min(1).max(longest.host),
      port: z.number().int().min(1).max(65_535).default(443),
      clusterId: z.string().trim().max(longest.clusterId).default('001'),
      clientId: z.string().trim().min(1).max(longest.clientId),
    })
    .optional(),
  updateFeed: z.url({ protocol: /^https$/ }).optional(),
})

/** What an administrator has set; `problem`: the file is there and cannot be used, in plain English, without its folder. */
export interface Presets extends z.infer<typeof presetsSchema> {
  readonly problem?: string
}

const largestFile = 64 * 1024

/** Where the file of an administrator is: a folder that people without administrator rights cannot write to. */
export function presetsFile(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (platform === 'win32')
    return join(environment.ProgramData ?? 'C:\\ProgramData', 'Workbench for openOBD', 'presets.json')
  if (platform === 'darwin') return '/Library/Application Support/Workbench for openOBD/presets.json'
  return '/etc/openobd-workbench/presets.json'
}

/** Reads the file. Never throws; a file that cannot be used sets nothing at all. */
export function readPresets(file: string): Presets {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return (error as { code?: unknown }).code === 'ENOENT' ? {} : { problem: 'presets.json cannot be read' }
  }
  if (text.length > largestFile) return { problem: 'presets.json is too large' }
  try {
    const read = presetsSchema.safeParse(JSON.parse(text.replace(/^\uFEFF/, '')))
    if (read.success) return read.data
    const [first] = read.error.issues
    return { problem: `presets.json: ${[...(first?.path ?? [])].join('.') || 'file'}: ${first?.message ?? 'invalid'}` }
  } catch {
    return { problem: 'presets.json is not JSON' }
  }
}

/**
 * Puts the presets where nobody has chosen anything yet: a language and a server that a person chose stay. The preset server itself
 * follows the file. Never throws: a disk that refuses keeps the choice for this run only.
 */
export function applyPresets({ language, server }: Presets, { settings, profiles }: Storage, nowMs: number): void {
  try {
    if (language !== undefined && !settings.isSet('language')) settings.write('language', language)
    if (server === undefined) return
    const stored = profiles.list().find(({ id }) => id === presetProfileId)
    // Proxy and certificates are those of this computer: the file does not name them.
    const wanted = { ...server, id: presetProfileId, allowPlaintext: false, way: stored?.way ?? newWay }
    if (JSON.stringify(sorted(stored)) !== JSON.stringify(sorted(wanted))) profiles.save(wanted, nowMs)
    settings.selectedProfileId ??= presetProfileId
  } catch {
    // Without a place to store it, the person chooses.
  }
}

const sorted = (value: object | undefined) => (value ? Object.entries(value).sort() : undefined)
