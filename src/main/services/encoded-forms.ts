/**
 * A secret in the encodings in which a library, a server or a proxy may repeat it: base64 and base64url at any position of a longer
 * text, hex, URL encoding and UTF-16. Without the secret itself.
 */
export function encodedForms(secret: string): readonly string[] {
  const hex = Buffer.from(secret).toString('hex')
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset))
  const forms = [
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    encodeURIComponent(secret.toWellFormed()),
    Buffer.from(secret, 'utf16le').toString('latin1'),
  ]
  return [...new Set(forms)].filter((form) => form !== secret)
}

/** The characters that depend on the secret only, when it begins `offset` bytes after a group of three. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  const text = bytes.toString('base64')
  const first = [0, 2, 3][offset]
  const shared = [0, 3, 2][bytes.length % 3] ?? 0
  return text.slice(first, text.length - shared)
}
