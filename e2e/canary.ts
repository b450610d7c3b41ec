/** A secret as it may stand in a file or log, each form as latin1: plain, base64 and base64url, hex, URL-encoded, UTF-16. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const inBase64 = ['', 'x', 'xx'].map((before) => Buffer.concat([Buffer.from(before), bytes]))
  // The characters at both ends depend on the bytes beside the secret.
  const middle = (text: string) => text.slice(4, -4)
  return [
    secret,
    ...inBase64.map((text) => middle(text.toString('base64'))),
    ...inBase64.map((text) => middle(text.toString('base64url'))),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(secret),
    Buffer.from(secret, 'utf16le').toString('latin1'),
  ]
}
