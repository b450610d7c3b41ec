/**
 * Majors of Electron with the day of their release. Electron supports its newest three majors, and a new one comes about every eight
 * weeks; the day on which support ends is an estimate of 24 weeks until its third successor. Add a line with each new major.
 */
export const releasedAt: Readonly<Record<number, string>> = {
  43: '2026-07-01',
  44: '2026-08-25',
  45: '2026-10-21',
}

const day = 24 * 60 * 60 * 1000
const supportedFor = 24 * 7 * day
const warnBefore = 30 * day

/**
 * What a release must know of its Electron: nothing, a warning 30 days before its support ends, or an error afterwards and for a
 * major that the table does not have.
 */
export function electronSupport(
  version: string,
  now: Date,
): { readonly kind: 'good' | 'warning' | 'error'; readonly text: string } {
  const major = Number(version.split('.')[0])
  const released = releasedAt[major]
  if (released === undefined)
    return { kind: 'error', text: `Electron ${major} is not in build/packaging/electron-support.ts.` }
  const endsAt = new Date(released).getTime() + supportedFor
  const until = new Date(endsAt).toISOString().slice(0, 10)
  if (now.getTime() > endsAt)
    return { kind: 'error', text: `Electron ${major} is supported until about ${until}: take a newer one.` }
  if (now.getTime() > endsAt - warnBefore)
    return { kind: 'warning', text: `Electron ${major} is supported until about ${until} only.` }
  return { kind: 'good', text: '' }
}
