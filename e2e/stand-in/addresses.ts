/**
 * Chromium without Electron cannot navigate to an own scheme, so `app://bundle/x` is loaded as
 * `https://bundle.app.invalid/x`, an origin of its own that the shim answers and no resolver ever finds. Everything that
 * main sees is translated back.
 */
const suffix = '.invalid'
const privileged = new Set<string>()

/** Makes a scheme known; only known schemes are translated. */
export function registerScheme(scheme: string): void {
  privileged.add(scheme)
}

/** From the address that main uses to the one that Chromium gets. */
export function toChromium(address: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(address)
  if (!match || !privileged.has(match[1]?.toLowerCase() ?? '')) return address
  return `https://${match[2]}.${match[1]?.toLowerCase()}${suffix}${match[3] || '/'}`
}

/** From the address that Chromium reports to the one that main sees. */
export function fromChromium(address: string): string {
  const match = /^https:\/\/([^/?#]*)\.([a-z0-9+-]+)\.invalid([/?#].*)?$/i.exec(address)
  if (!match || !privileged.has(match[2] ?? '')) return address
  return `${match[2]}://${match[1]}${match[3] ?? '/'}`
}
