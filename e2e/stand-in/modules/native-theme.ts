import { CoveredEmitter } from '../covered-emitter.ts'
import { supportedOnly } from '../stand-in-error.ts'

class NativeTheme extends CoveredEmitter {
  protected override readonly label = 'nativeTheme'
  protected override readonly covered = ['updated']
  private source: 'system' | 'light' | 'dark' = 'system'

  get themeSource(): 'system' | 'light' | 'dark' {
    return this.source
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    this.source = source
    this.emit('updated')
  }
  /** The stand-in has no desktop: its system theme is light. */
  get shouldUseDarkColors(): boolean {
    return this.source === 'dark'
  }
}

export const nativeTheme = supportedOnly('nativeTheme', new NativeTheme())

/** Colour scheme reported to a page. */
export function themedMedia(): object {
  const value = { system: '', light: 'light', dark: 'dark' }[nativeTheme.themeSource]
  return { features: [{ name: 'prefers-color-scheme', value }] }
}
