import { createHash } from 'node:crypto'
import { closeSync, constants, copyFileSync, fsyncSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { UpdateRefused } from './update-refused.ts'

/**
 * Replaces a program by a downloaded one: copies it beside the old one, checks the SHA-512 (base64) of the copy, and renames it over
 * the old one. Until that last step the old program is untouched, whatever ends this process. Throws UpdateRefused for a wrong
 * digest, and the error of the file system; the copy is then removed.
 */
export function replaceFile(downloaded: string, target: string, sha512: string): void {
  const next = `${target}.update`
  try {
    rmSync(next, { force: true })
    copyFileSync(downloaded, next, constants.COPYFILE_EXCL)
    const file = openSync(next, 'r+')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (createHash('sha512').update(readFileSync(next)).digest('base64') !== sha512) throw new UpdateRefused('damaged')
    renameSync(next, target)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}
