import { toChromium } from './addresses.ts'
import type { WebContents } from './modules/web-contents.ts'
import { runningChromium } from './runtime.ts'

/** Electron's name of a permission and its descriptors in Chromium's DevTools protocol. */
const descriptors: Record<string, readonly object[]> = {
  'clipboard-read': [{ name: 'clipboard-read' }],
  'clipboard-sanitized-write': [{ name: 'clipboard-write' }],
  geolocation: [{ name: 'geolocation' }],
  'idle-detection': [{ name: 'idle-detection' }],
  media: [{ name: 'camera' }, { name: 'microphone' }],
  midi: [{ name: 'midi' }],
  midiSysex: [{ name: 'midi', sysex: true }],
  notifications: [{ name: 'notifications' }],
  'storage-access': [{ name: 'storage-access' }],
  'window-management': [{ name: 'window-management' }],
}

/**
 * Chromium cannot ask while a page runs, so the application's handlers are asked for every permission before its origin
 * is loaded, and Chromium gets their answers. Without handlers Chromium's defaults apply.
 */
export async function applyPermissions(contents: WebContents, url: string): Promise<void> {
  const address = new URL(toChromium(url))
  if (address.origin === 'null') return
  const { cdp } = runningChromium()
  for (const [permission, known] of Object.entries(descriptors)) {
    const granted = await contents.session.decides(
      contents,
      permission,
      `${new URL(url).protocol}//${new URL(url).host}/`,
    )
    if (granted === undefined) continue
    for (const descriptor of known) {
      const setting = granted ? 'granted' : 'denied'
      await cdp.send('Browser.setPermission', { permission: descriptor, setting, origin: address.origin })
    }
  }
}
