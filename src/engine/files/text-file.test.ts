import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTextFile, TextFileError } from './text-file.ts'

describe('a text file', () => {
  let folder: string
  let path: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'text-'))
    path = join(folder, 'file.yaml')
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  const refusal = (file: string): string => {
    try {
      return `no refusal of ${readTextFile(file, 'test')}`
    } catch (error) {
      if (error instanceof TextFileError) return error.message
      throw error
    }
  }

  it.each([
    ['as it is', Buffer.from('name: Käfer\n')],
    ['without the mark that Windows puts in front', Buffer.from('\uFEFFname: Käfer\n')],
  ])('is read %s', (_how, bytes) => {
    writeFileSync(path, bytes)
    expect(readTextFile(path, 'test')).toBe('name: Käfer\n')
  })

  // @proves Bad input: A file that is none, is not UTF-8 or cannot be read
  it.each([
    ['in Latin-1', Buffer.from('name: Käfer\n', 'latin1')],
    ['in UTF-16', Buffer.from('\uFEFFname: Käfer\n', 'utf16le')],
    ['in UTF-16 without its mark', Buffer.from('name: Beetle\n', 'utf16le')],
    ['that is a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47])],
    ['with a zero in it', Buffer.from('name: a\0b\n')],
  ])('%s is refused', (_what, bytes) => {
    writeFileSync(path, bytes)
    expect(refusal(path)).toBe('the test file is not text in UTF-8: save it in this encoding')
  })

  it('that is not there is refused with its code', () => {
    expect(refusal(path)).toBe('the test file cannot be read (ENOENT): there is no such file; check the path')
  })

  it('behind something that is no folder is refused', () => {
    writeFileSync(path, '')
    expect(refusal(join(path, 'below.yaml'))).toContain('there is no such file; check the path')
  })

  it('that is a folder is refused', () => {
    expect(refusal(folder)).toContain('name a file in it')
  })

  it.skipIf(process.platform === 'win32')(
    'with a path of Windows is refused with the separator that works everywhere',
    () => {
      expect(refusal(join(folder, 'cars\\car.yaml'))).toContain('there is no such file; separate its folders with /')
    },
  )

  it('of hundreds of megabytes is refused before it is read', () => {
    writeFileSync(path, '')
    truncateSync(path, 500 * 1024 * 1024)
    expect(refusal(path)).toBe('a test file has at most 16777216 bytes: check the path')
  })
})
