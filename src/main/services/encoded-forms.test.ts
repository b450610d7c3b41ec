import { describe, expect, it } from 'vitest'
import { encodedForms } from './encoded-forms.ts'

const secret = 'CANARY/sécret+17?'
const formIn = (text: string) => encodedForms(secret).some((form) => text.includes(form))

// @proves Security: A51 secrets are found in the profile, log and output in any usual encoding
describe('the encoded forms of a secret', () => {
  it.each([0, 1, 2, 3, 4, 5])('are in base64 and base64url of a text, %i bytes from its start', (before) => {
    for (const after of ['', 'x', 'xy', 'xyz']) {
      const bytes = Buffer.from(`${'a'.repeat(before)}${secret}${after}`)
      expect(formIn(bytes.toString('base64'))).toBe(true)
      expect(formIn(bytes.toString('base64url'))).toBe(true)
    }
  })
  it.each([
    ['hex', Buffer.from(`x${secret}y`).toString('hex')],
    ['upper-case hex', Buffer.from(secret).toString('hex').toUpperCase()],
    ['a URL', `https://depot.example/?secret=${encodeURIComponent(secret)}&x=1`],
    ['UTF-16', Buffer.from(`x${secret}y`, 'utf16le').toString('latin1')],
  ])('are in %s', (_name, text) => expect(formIn(text)).toBe(true))

  it('are not in other texts, and never the secret itself', () => {
    expect(formIn(Buffer.from('CANARY/sucret+17?').toString('base64'))).toBe(false)
    expect(encodedForms(secret)).not.toContain(secret)
    expect(encodedForms('plain-secret')).not.toContain('plain-secret')
  })

  it('exist for a secret with half a surrogate pair', () => {
    expect(() => encodedForms('CANARY\ud800')).not.toThrow()
  })
})
