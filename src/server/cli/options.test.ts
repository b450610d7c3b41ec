import { describe, expect, it } from 'vitest'
import { commonFlags, logLevelFrom, parseFlags, portNumber, processId, UsageError } from './options.ts'
import { PortError } from './port-error.ts'
import { explainStartup } from './startup-error.ts'

const parse = (...argv: string[]) => parseFlags(argv, commonFlags, 'engine')

describe('a command line', () => {
  it('gives its options', () => {
    const given = parse('--port', '0', '--until-exit', '1', '--until-exit', '2', '--keep-running', '-h')
    expect({ ...given }).toEqual({ port: '0', 'until-exit': ['1', '2'], 'keep-running': true, help: true })
    expect({ ...parse('--until-stdin-closes') }).toEqual({ 'until-stdin-closes': true })
    expect({ ...parse() }).toEqual({})
  })

  it.each([
    [['--port'], '--port needs a value'],
    [['--port', '--help'], '--port needs a value'],
    [['--port='], '--port needs a value'],
    [['--until-exit', '1', '--until-exit='], '--until-exit needs a value'],
    [
      ['50051'],
      `Unexpected argument '50051': values follow their option, and with npm all options follow "--", as in: npm run engine -- --port 50051`,
    ],
    [
      ['a\nb'],
      `Unexpected argument 'a\nb': values follow their option, and with npm all options follow "--", as in: npm run engine -- --port 50051`,
    ],
  ])('%j is refused: %s', (argv, message) => {
    expect(() => parse(...argv)).toThrow(new UsageError(message))
  })

  it('names an option that does not exist', () => {
    expect(() => parse('--prot', '1')).toThrow(UsageError)
    expect(() => parse('--prot', '1')).toThrow(/--prot/)
  })
})

describe('a value', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['65535', 65_535],
    ['00080', 80],
  ])('%s is a port', (text, port) => {
    expect(portNumber('port', text)).toBe(port)
  })

  it.each(['', '-1', '65536', '000080', '1.5', 'x1', '1x', ' 1', '0x50'])('"%s" is no port', (text) => {
    expect(() => portNumber('doip', text)).toThrow(new UsageError(`--doip ${text}: a port is a number from 0 to 65535`))
  })

  it.each([
    ['1', 1],
    ['9999999999', 9_999_999_999],
  ])('%s is a process', (text, id) => {
    expect(processId(text)).toBe(id)
  })

  it.each(['', '0', '01', '-1', '1x', 'x1', '12345678901'])('"%s" is no process', (text) => {
    expect(() => processId(text)).toThrow(new UsageError(`--until-exit ${text}: name a process by its number`))
  })

  it.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])('%s is a log level', (level) => {
    expect(logLevelFrom({ LEVEL: level }, 'LEVEL')).toBe(level)
  })

  it('of the log level is info when there is none, and refused with the choices when it is none', () => {
    expect([logLevelFrom({}, 'LEVEL'), logLevelFrom({ LEVEL: '' }, 'LEVEL')]).toEqual(['info', 'info'])
    const choices = 'trace, debug, info, warn, error, fatal, silent'
    expect(() => logLevelFrom({ LEVEL: 'loud' }, 'LEVEL')).toThrow(
      new UsageError(`LEVEL=loud: choose one of ${choices}`),
    )
  })
})

describe('a start that fails', () => {
  class FileError extends Error {}
  const explain = (error: unknown) =>
    explainStartup(error, { name: 'engine', usage: 'Usage: …', selfExplaining: [FileError] })

  it('because of the command line shows how it is used', () => {
    expect(explain(new UsageError('--port needs a value'))).toEqual({
      text: '--port needs a value\n\nUsage: …',
      exitCode: 2,
    })
  })

  it.each([new PortError('The port is in use.'), new FileError('The file has no cars.')])(
    'for a known reason says it without a stack: %s',
    (error) => expect(explain(error)).toEqual({ text: `${error.message}\n`, exitCode: 1 }),
  )

  it('for an unknown reason shows where', () => {
    const error = new TypeError('x is undefined')
    expect(explain(error)).toEqual({ text: `The engine cannot start: ${error.stack}\n`, exitCode: 1 })
    expect(explain(Object.assign(new Error('bare'), { stack: undefined })).text).toBe('The engine cannot start: bare\n')
    expect(explain('text')).toEqual({ text: 'The engine cannot start: text\n', exitCode: 1 })
  })
})
