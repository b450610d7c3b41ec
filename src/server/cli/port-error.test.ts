import { describe, expect, it } from 'vitest'
import { listenOn, PortError } from './port-error.ts'
import { explainStartup } from './startup-error.ts'

const explain = (error: unknown) =>
  explainStartup(error, { name: 'engine', usage: 'Usage: engine', selfExplaining: [] })

const systemError = (code: string, syscall = 'listen') =>
  Object.assign(new Error(`${syscall} ${code}: words of the system 127.0.0.1:80`), { code, syscall })

const reasonFor = (error: unknown) => listenOn('--port', 80, () => Promise.reject(error)).catch((reason) => reason)

describe('a port that cannot be listened on', () => {
  // @proves Bad input: Port in use, or without the right
  it.each([
    ['EADDRINUSE', 'in use already', 'Choose another one'],
    ['EACCES', 'does not let you', 'above 1023'],
    ['EPERM', 'does not let you', 'above 1023'],
    ['EADDRNOTAVAIL', 'no address 127.0.0.1', 'loopback interface'],
    ['EAFNOSUPPORT', 'no address 127.0.0.1', 'loopback interface'],
    ['EMFILE', 'Too many files', 'raise the limit'],
    ['ENFILE', 'Too many files', 'raise the limit'],
    ['ENOBUFS', '(ENOBUFS)', 'Choose another one'],
  ])('%s is explained by what is wrong and what to do, without a stack', async (code, wrong, remedy) => {
    for (const error of [systemError(code), systemError(code, 'bind')]) {
      const reason = await reasonFor(error)
      expect(reason).toBeInstanceOf(PortError)
      const { text, exitCode } = explain(reason)
      expect(exitCode).toBe(1)
      for (const words of [wrong, '--port 80', remedy]) expect(text).toContain(words)
      expect(text.trimEnd()).not.toContain('\n')
      expect(text).not.toContain('words of the system')
    }
  })

  it.each(['EADDRINUSE', 'EACCES', 'EPERM', 'EADDRNOTAVAIL', 'EMFILE', 'ENOBUFS'])(
    '0 that fails with %s is not advised to be 0',
    async (code) => {
      const reason: unknown = await listenOn('--port', 0, () => Promise.reject(systemError(code))).catch(
        (error: unknown) => error,
      )
      expect(reason).toBeInstanceOf(PortError)
      const { text } = explain(reason)
      expect(text).toContain('--port 0')
      expect(text).not.toMatch(/0 for any|above 1023|in use already/)
      expect(text.trimEnd().split('. ').length).toBeGreaterThan(1)
    },
  )

  it.each([
    ['an error without a code', new TypeError('listen is not a function')],
    [
      'an error whose code is not that of the system',
      Object.assign(new Error('bad'), { code: 'ERR_INVALID_ARG_TYPE' }),
    ],
    ['a text', 'EACCES'],
  ])('is not blamed for %s', async (_what, error) => {
    expect(await reasonFor(error)).toBe(error)
  })

  it('does not hide the place of a bug', () => {
    const bug = new TypeError('x is undefined')
    const { text, exitCode } = explain(bug)
    expect(exitCode).toBe(1)
    expect(text).toBe(`The engine cannot start: ${bug.stack}\n`)
  })
})
