import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import type { ScreensPage, ShowOptions } from '../../src/renderer/testing/screens-page.ts'
import { launchTarget } from '../host.ts'

const renderer = join(import.meta.dirname, '../../src/renderer')

/** Builds the page with all screens into a temporary folder, as the application is built. */
export async function buildScreens(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'screens-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: renderer,
    plugins: [react()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'esnext',
      chunkSizeWarningLimit: 8_000,
      rolldownOptions: { checks: { pluginTimings: false }, input: join(renderer, 'testing/harness.html') },
    },
  })
  return folder
}

/** The page with all screens, in a window of the host. */
export class Screens {
  readonly page: Page
  readonly #close: () => Promise<void>

  private constructor(page: Page, close: () => Promise<void>) {
    this.page = page
    this.#close = close
  }

  /** Opens the page that `buildScreens` built, in a profile folder of its own. */
  static async launch(folder: string): Promise<Screens> {
    const profile = mkdtempSync(join(tmpdir(), 'screens-profile-'))
    const app = await _electron.launch({
      ...launchTarget,
      args: [join(import.meta.dirname, 'app')],
      env: { ...process.env, SCREENS_FOLDER: folder, SCREENS_PROFILE: profile, WORKBENCH_HEADLESS: '1' } as Record<
        string,
        string
      >,
      colorScheme: null,
    })
    const page = await app.firstWindow()
    await page.getByRole('main').waitFor()
    return new Screens(page, async () => {
      await app.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    })
  }

  /** The names of all scenes. */
  names(): Promise<readonly string[]> {
    return this.page.evaluate(() => (globalThis as unknown as { screens: ScreensPage }).screens.scenes)
  }
  async show(scene: string, options: ShowOptions = {}): Promise<void> {
    await this.page.evaluate(
      ([name, how]) => (globalThis as unknown as { screens: ScreensPage }).screens.show(name, how),
      [scene, options] as const,
    )
  }
  async use(settings: Parameters<ScreensPage['use']>[0]): Promise<void> {
    await this.page.evaluate(
      (wanted) => (globalThis as unknown as { screens: ScreensPage }).screens.use(wanted),
      settings,
    )
  }
  timeOf(update: Parameters<ScreensPage['timeOf']>[0]): Promise<number> {
    return this.page.evaluate(
      (what) => (globalThis as unknown as { screens: ScreensPage }).screens.timeOf(what),
      update,
    )
  }
  close(): Promise<void> {
    return this.#close()
  }
}
