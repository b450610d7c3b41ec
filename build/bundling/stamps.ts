import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One digest of the contents of all files that match the patterns (relative to root), without tests. */
export function digestOf(root: string, patterns: readonly string[]): string {
  const hash = createHash('sha256')
  const files = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !/\.test\.tsx?$/.test(file) && statSync(join(root, file)).isFile())
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** Whether the stamp file holds this digest, so that the work is done. */
export function isFresh(stamp: string, digest: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest
}

/** Records that the work for this digest is done. */
export function writeStamp(stamp: string, digest: string): void {
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, digest)
}
