import { readFileSync, statSync } from 'node:fs'
import { sep } from 'node:path'

/** Error for a text file that cannot be read; the message says why and what to do, without the path. */
export class TextFileError extends Error {}

/** Largest file that is read, in bytes; a thousand times the largest file of the project. */
const longestFile = 16 * 1024 * 1024

/** Reads a UTF-8 file without its byte order mark. Throws {@link TextFileError}; `what` names the kind of file. */
export function readTextFile(path: string, what: string): string {
  const bytes = readBytes(path, what)
  const text = decoded(bytes)
  if (text === undefined || text.includes('\0'))
    throw new TextFileError(`the ${what} file is not text in UTF-8: save it in this encoding`)
  return text
}

function readBytes(path: string, what: string): Uint8Array {
  try {
    if (statSync(path).size <= longestFile) return readFileSync(path)
  } catch (error) {
    throw new TextFileError(`the ${what} file cannot be read ${reasonOf(error, path)}`)
  }
  throw new TextFileError(`a ${what} file has at most ${longestFile} bytes: check the path`)
}

/** The text behind the bytes; undefined when they are not UTF-8. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return `(${code}): ${advice(code, path)}`
}

function advice(code: string, path: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return sep === '/' && path.includes('\\')
        ? 'there is no such file; separate its folders with /'
        : 'there is no such file; check the path'
    case 'EISDIR':
      return 'this is a folder; name a file in it'
    case 'EACCES':
    case 'EPERM':
      return 'you may not read it; change its permissions'
    default:
      return 'check the path'
  }
}
