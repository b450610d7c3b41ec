import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asWritten, hexadecimal, hexBytesText, hexDigitsText } from './scalars.ts'
import { parseYamlText, readYamlFile, YamlFileError } from './yaml-file.ts'

const schema = z.strictObject({
  name: z.string().min(1),
  count: z.number().int().min(2).max(9).default(2),
  isOpen: z.boolean().default(true),
  colour: z.enum(['red', 'blue']).default('red'),
  id: z.uuid().default('7d3c2c0e-53f6-4a53-8f5d-2f0a6a1b9c01'),
  request: z.number().meta(hexadecimal).optional(),
  all: z.array(z.number().meta(hexadecimal)).optional(),
  bytes: z
    .string()
    .regex(/^([0-9A-F]{2} ?)+$/)
    .meta(hexBytesText)
    .optional(),
  data: z
    .string()
    .regex(/^[0-9A-F]{4}$/)
    .meta(hexDigitsText(4))
    .optional(),
  any: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).meta(asWritten)).optional(),
  list: z.array(z.string()).min(1).max(2).default(['x']),
  value: z.union([z.literal('own'), z.strictObject({ text: z.string(), size: z.number().default(1) })]).default('own'),
})

function problemsOf(text: string): string {
  try {
    parseYamlText(schema, text, 'file.yaml')
  } catch (error) {
    if (error instanceof YamlFileError) return error.message
    throw error
  }
  return 'no problem'
}

describe('a file that does not fit', () => {
  it.each([
    ['that is empty', '', 'file.yaml:1:1: there is nothing here: write fields'],
    ['that is a list', '- name', 'file.yaml:1:1: this has to be fields'],
    ['without a field', 'count: 3', 'name: this field is missing: add it (a text)'],
    ['with an empty text', 'name: ""', 'file.yaml:1:7: name: this must not be empty'],
    ['with a number for a text', 'name: 900101060', 'name: this has to be a text: put 900101060 in quotes'],
    ['with yes or no for a text', 'name: true', 'name: this has to be a text: put true in quotes'],
    ['with a field left empty', 'name:', 'name: there is nothing here: write a text'],
    ['with a text for a number', 'name: x\ncount: soon', 'file.yaml:2:8: count: this has to be a number'],
    ['with a fraction for a whole number', 'name: x\ncount: 2.5', 'count: this has to be a whole number'],
    ['with too small a number', 'name: x\ncount: 1', 'count: at least 2'],
    ['with too big a number', 'name: x\ncount: 10', 'count: at most 9'],
    ['with a text for true or false', 'name: x\nisOpen: perhaps', 'isOpen: this has to be true or false'],
    ['with a choice that is none', 'name: x\ncolour: green', 'colour: take one of red, blue'],
    ['with an identifier that is none', 'name: x\nid: abc', 'id: write a UUID such as'],
    ['with too short a list', 'name: x\nlist: []', 'list: list at least 1'],
    ['with too long a list', 'name: x\nlist: [a, b, c]', 'list: list at most 2'],
    [
      'with a mistake inside of a choice',
      'name: x\nvalue: { text: 5 }',
      'file.yaml:2:16: value.text: this has to be a text: put 5 in quotes',
    ],
    [
      'with an unknown field inside of a choice',
      'name: x\nvalue: { text: a, sise: 2 }',
      'value.sise: this field does not exist here: check the spelling or remove it',
    ],
    [
      'with hexadecimal digits that YAML takes for an exponent',
      'name: x\ncount: 7E0',
      'file.yaml:2:8: count: YAML reads 7E0 as 7: write 7, or 0x7E0 for a hexadecimal number',
    ],
    ['with such digits in a list', 'name: x\nlist: [12e4]', 'list[0]: YAML reads 12e4 as 120000: put "12e4" in quotes'],
    [
      'with a number that begins with 0',
      'name: 0012',
      'file.yaml:1:7: name: YAML reads 0012 as 12: put "0012" in quotes',
    ],
    ['with an octal number', 'name: x\ncount: 0o7', 'count: YAML reads 0o7 as 7: write 7'],
    ['with a number that begins with 0 for a number', 'name: x\ncount: 07', 'count: YAML reads 07 as 7: write 7'],
    [
      'with such a number in a field that does not exist',
      'name: x\nsise: 07',
      'put "07" in quotes for a text, or write 7',
    ],
    ['with an exponent for a text', 'name: 1e3', 'name: YAML reads 1e3 as 1000: put "1e3" in quotes'],
    [
      'with what YAML takes for nothing',
      'name: null',
      'name: YAML reads null as nothing: put null in quotes for a text',
    ],
    ['with yes for true', 'name: x\nisOpen: yes', 'isOpen: this has to be true or false: write true, without quotes'],
    ['with Off for false', 'name: x\nisOpen: Off', 'isOpen: this has to be true or false: write false, without quotes'],
    ['with true in quotes', 'name: x\nisOpen: "true"', 'isOpen: this has to be true or false: write true'],
    ['with a decimal comma', 'name: x\ncount: 2,5', 'count: this has to be a number: write 2.5, without quotes'],
    ['with a number in quotes', 'name: x\ncount: "5"', 'count: this has to be a number: write 5, without quotes'],
    ['with an underscore in a number', 'name: x\ncount: 1_000', 'count: this has to be a number: write 1000'],
    ['with minutes and seconds', 'name: x\ncount: 1:30', 'this has to be one number: write 90 for the seconds of 1:30'],
    ['with a date for a number', 'name: x\ncount: 2026-01-31', 'count: this has to be a number'],
    ['with a hexadecimal number for a text', 'name: 0x1234', 'name: this has to be a text: put 0x1234 in quotes'],
    ['with a very long number for a text', 'name: 90010106090010106090', 'put 90010106090010106090 in quotes'],
    [
      'with a hexadecimal number for hex bytes',
      'name: x\nbytes: 0x1234',
      'file.yaml:2:8: bytes: write "1234" in quotes, without 0x',
    ],
    ['with half a byte for hex bytes', 'name: x\nbytes: 0xABC', 'bytes: write "0ABC" in quotes, without 0x'],
    ['with digits for hex bytes', 'name: x\nbytes: 1234', 'bytes: write "1234" in quotes'],
    ['with digits that begin with 0', 'name: x\nbytes: 0012', 'bytes: YAML reads 0012 as 12: put "0012" in quotes'],
    [
      'with an exponent for hex bytes',
      'name: x\nbytes: 12e4',
      'bytes: YAML reads 12e4 as 120000: put "12e4" in quotes',
    ],
    ['with 0x before each byte', 'name: x\nbytes: 0x22 0xF1', 'bytes: write "22F1" in quotes, with nothing but spaces'],
    ['with commas between bytes', 'name: x\nbytes: "22,F1"', 'bytes: write "22F1" in quotes, with nothing but spaces'],
    ['with a number for hex digits', 'name: x\ndata: 0xF190', 'data: write "F190" in quotes'],
    ['with too few digits', 'name: x\ndata: 12', 'data: write "0012" in quotes'],
    ['with hex digits in lower case', 'name: x\ndata: f190', 'data: write "F190" in quotes'],
    ['with a decimal identifier with a sign', 'name: x\nrequest: +760', 'request: +760 is decimal here: write 0x760'],
    ['with one with a decimal point', 'name: x\nrequest: 760.0', 'request: 760.0 is decimal here: write 0x760'],
    ['with one with an exponent', 'name: x\nrequest: 7.6e2', 'request: 7.6e2 is decimal here: write 0x760'],
    ['with one that begins with 0', 'name: x\nrequest: 0760', 'request: 0760 is decimal here: write 0x760'],
    ['with an octal one', 'name: x\nrequest: 0o760', 'request: 0o760 is octal: write 0x1F0'],
    [
      'with one that YAML takes for an exponent',
      'name: x\nrequest: 7E0',
      'YAML reads 7E0 as 7: write 0x7E0, or "7E0" in quotes',
    ],
    [
      'with true for an identifier',
      'name: x\nrequest: true',
      'request: this has to be a number in hexadecimal, such as 0x10',
    ],
    [
      'with a decimal identifier',
      'name: x\nrequest: 760',
      'file.yaml:2:10: request: 760 is decimal here: write 0x760 for the hexadecimal number 760, or 0x2F8 for the decimal number 760',
    ],
    ['with one in a list', 'name: x\nall: [0x10, 16]', 'file.yaml:2:13: all[1]: 16 is decimal here: write 0x16'],
    ['with one behind an alias', 'name: x\nall: [&a 16, *a]', 'all[0]: 16 is decimal here'],
    [
      'with hex digits as a bare text',
      'name: x\nrequest: 7DF',
      'request: 7DF is read as a text: write 0x7DF, or "7DF" in quotes',
    ],
    [
      'with a tab before a field',
      'name: x\n\tcount: 3',
      'file.yaml:2:1: not valid YAML: a tab cannot indent a line: use spaces',
    ],
    ['with a tab after spaces', 'name: x\n  \tcount: 3', 'file.yaml:2:3: not valid YAML: a tab cannot indent a line'],
    [
      'with a tab inside of a list',
      'name: x\nlist: [\n\ta]',
      'file.yaml:3:1: not valid YAML: a tab cannot indent a line',
    ],
    ['with a tab in a long text', 'name: |\n\tx', 'file.yaml:2:1: not valid YAML: a tab cannot indent a line'],
    [
      'with an open quote',
      'count: 3\nname: "x\nlist: []',
      'file.yaml:2:7: not valid YAML: this text in quotes has no end',
    ],
    ['with an open single quote', "name: 'x\n", 'file.yaml:1:7: not valid YAML: this text in quotes has no end'],
    ['with an open bracket', 'name: x\nlist: [a, b\ncount: 3', 'not valid YAML: a bracket is not closed'],
    ['with an open brace', 'name: {x: 1\ncount: 3', 'not valid YAML: a bracket is not closed'],
    [
      'with a bracket too many',
      'name: x\nlist: ]',
      'file.yaml:2:7: not valid YAML: this does not belong here: check the brackets',
    ],
    [
      'with an uneven indentation',
      'list:\n  - a\n name: x',
      'file.yaml:3:1: not valid YAML: this line has to begin in the same column',
    ],
    [
      'with a list on the line of its field',
      'list: - a',
      'file.yaml:1:7: not valid YAML: a list of lines with - begins on the next line',
    ],
    ['with a backslash', 'name: "C:\\q"', 'not valid YAML: in double quotes a backslash begins an escape such as \\n'],
    ['with fields under a value', 'name: x\n  count: 3', 'not valid YAML: put a text with a colon in it in quotes'],
    ['without a colon', 'name: x\ncount 3\nlist: []', 'not valid YAML: '],
    ['with a binary text', 'name: !!binary eA==', 'the tag !!binary is not used in these files: remove it'],
    ['with a tag of its own', 'name: !x y', 'the tag !x is not used in these files: remove it'],
    ['with a set', 'name: x\nlist: !!set {a}', 'the tag !!set is not used in these files: remove it'],
    ['with a field twice', 'name: x\nname: y', 'file.yaml:2:1: not valid YAML: this field is there twice'],
    ['with a text that begins with @', 'name: @x', 'a text cannot begin with this character: put it in quotes'],
    [
      'with two colons in a line',
      'name: x: y',
      'file.yaml:1:7: not valid YAML: put a text with a colon in it in quotes',
    ],
    [
      'with an unusual blank after a colon',
      'name: x\ncount:\u00a03',
      'file.yaml:2:7: not valid YAML: here stands an invisible or unusual character (U+00A0)',
    ],
    [
      'with an invisible character in a name',
      'na\u200bme: x',
      'does not exist: here stands an invisible or unusual character (U+200B)',
    ],
    ['with ends of lines of old computers', 'name: x\rcount: 3\r', 'file.yaml:1:8: this line ends with CR alone'],
    ['with a Ctrl-Z at its end', 'name: x\r\n\u001a', 'file.yaml:2:1: here stands a Ctrl-Z, an end-of-file mark'],
    [
      'with a NUL inside of a text',
      'name: "a\u0000b"',
      'file.yaml:1:9: here stands the control character U+0000: remove it',
    ],
    [
      'with more aliases than anybody needs',
      `a0: &a0 [x]\n${Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`).join('\n')}`,
      'file.yaml:1:1: not usable YAML: Excessive alias count',
    ],
    [
      'of several documents',
      'name: x\n---\nname: y\n',
      'file.yaml:2:1: not valid YAML: a file holds one document: remove what follows from this --- on',
    ],
    [
      'with thousands of levels',
      `name: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      'not valid YAML: too many levels inside one another: remove some',
    ],
    [
      'with an alias of nothing',
      'name: x\ncolour: *red',
      'file.yaml:2:9: there is no anchor &red before this: check the spelling, or put the text in quotes',
    ],
    [
      'with a name that would get lost',
      'name: x\n__proto__: y',
      'file.yaml:2:1: nothing can be called __proto__: choose another name',
    ],
    [
      'with a choice of which it fits none',
      'name: x\nvalue: 5',
      'file.yaml:2:8: value: none of the possible forms: look it up in the docs',
    ],
  ])('%s says where and what to do', (_what, text, expected) => {
    expect(problemsOf(text)).toContain(expected)
  })

  it.each(['0.5e1', '5e+0', '5.0', '0x5'])(
    'may have the number 5 as %s, which nobody takes for hexadecimal digits',
    (five) => {
      expect(parseYamlText(schema, `name: x\ncount: ${five}`, 'file.yaml').value.count).toBe(5)
    },
  )

  it.each([
    ['0x7E0', 0x7e0],
    ['"7E0"', 0x7e0],
    ["'0x7e0'", 0x7e0],
    ['"760"', 0x760],
    ['7', 7],
    ['"\uff17E0 "', 0x7e0],
  ])('may have an identifier as %s', (written, request) => {
    expect(parseYamlText(schema, `name: x\nrequest: ${written}`, 'file.yaml').value.request).toBe(request)
  })

  it('is said once to have an error, whatever follows from it, and every field that is there twice', () => {
    expect(problemsOf('name: x\n  count: 3\n  list: 4').split('\n')).toHaveLength(1)
    expect(problemsOf('name: x\nname: y\ncount: 3\ncount: 4').split('\n')).toHaveLength(2)
  })

  it('is said once to have a tab in front of a line', () => {
    expect(problemsOf('name: x\nlist: [\n\ta]').split('\n')).toHaveLength(1)
  })

  it('keeps a hexadecimal number of any kind of value as it is written', () => {
    const { any } = parseYamlText(schema, 'name: x\nany: { id: 0x7E8, volts: 11.1, count: 5, is: true }', 'f').value
    expect(any).toEqual({ id: '0x7E8', volts: 11.1, count: 5, is: true })
  })

  it('may say of a number that it is a text', () => expect(problemsOf('name: !!str 900101060')).not.toContain('tag'))

  it('may have tabs where nothing is indented', () => {
    expect(parseYamlText(schema, 'name:\tx\t\n\t# why\ncount: 3', 'f').value).toMatchObject({ name: 'x', count: 3 })
  })

  it('may have a key that looks like a number with an exponent', () => {
    const record = z.record(z.string(), z.string())
    expect(parseYamlText(record, '12E4: x\n"7E0": y', 'file.yaml').value).toEqual({ '12E4': 'x', '7E0': 'y' })
  })
})

it.each([
  [
    'that is not there',
    'nowhere.yaml',
    'nowhere.yaml:1:1: the test file cannot be read (ENOENT): there is no such file',
  ],
  ['that is a folder', 'folder', 'folder:1:1: the test file cannot be read'],
])('a file %s is refused at its first line', (_what, name, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'yaml-'))
  mkdirSync(join(folder, 'folder'))
  try {
    expect(() => readYamlFile(schema, join(folder, name), 'test')).toThrow(expected)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
