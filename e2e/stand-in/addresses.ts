/**
 * Chromium without Electron cannot navigate to an own scheme, so `app://bundle/x` is loaded as
 * `https://bundle.app.invalid/x`, an origin of its own that the shim answers and no resolver finds. Everything that
 * main sees is translated back.
 */
const suffix = '.invalid'
const privileged = new Set<string>()

/** Registers a scheme; only registered schemes are translated. */
export function registerScheme(scheme: string): void {
  privileged.add(scheme)
}

/** Converts an address of main to one of Chromium. */
export function toChromium(address: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(address)
  if (!match || !privileged.has(match[1]?.toLowerCase() ?? '')) return address
  return `https://${match[2]}.${match[1]?.toLowerCase()}${suffix}${match[3] || '/'}`
}

/** Converts an address of Chromium to one of main. */
export function fromChromium(address: string): string {
  const match = /^https:\/\/([^/?#]*)\.([a-z0-9+-]+)\.invalid([/?#].*)?$/i.exec(address)
  if (!match || !privileged.has(match[2] ?? '')) return address
  return `${match[2]}://${match[1]}${match[3] ?? '/'}`
}
