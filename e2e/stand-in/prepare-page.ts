import { themedMedia } from './modules/native-theme.ts'
import { bindingName, injectWorlds, worldName } from './worlds.ts'

/** Turns on the events of a page that has no document yet, and prepares its worlds. */
export async function preparePage(
  send: (method: string, params?: object) => Promise<unknown>,
  preload: string | undefined,
): Promise<void> {
  await Promise.all([
    send('Page.enable'),
    send('Runtime.enable'),
    send('Log.enable'),
    send('Inspector.enable'),
    send('Runtime.addBinding', { name: bindingName, executionContextName: worldName }),
    send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    send('Emulation.setEmulatedMedia', themedMedia()),
    injectWorlds(send, preload),
  ])
}
