/** The small desktop modules, kept in memory, because there may be no desktop. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isVisible } from '../chromium.ts'
import { CoveredEmitter } from '../covered-emitter.ts'
import { StandInError, supportedOnly } from '../stand-in-error.ts'
import { BrowserWindow } from './browser-window.ts'

let copied = ''

// With a display, the system's clipboard is reached through the page that has the focus.
function copyToDesktop(text: string): void {
  const page = BrowserWindow.getAllWindows()[0]?.webContents
  if (!isVisible || !page) return
  const expression = `navigator.clipboard.writeText(${JSON.stringify(text)})`
  page.devTools('Runtime.evaluate', { expression, userGesture: true, awaitPromise: true }).catch(() => {})
}

export const clipboard = supportedOnly('clipboard', {
  readText: () => copied,
  writeText(text: string) {
    copied = text
    copyToDesktop(text)
  },
  clear() {
    copied = ''
  },
})

/** The file that plays the keyring of the system; without it there is none. */
const keyringFile = process.env.STAND_IN_KEYRING

function keyringKey(): Buffer {
  if (keyringFile === undefined) throw new StandInError('The stand-in has no keyring: STAND_IN_KEYRING names no file.')
  if (!existsSync(keyringFile)) writeFileSync(keyringFile, randomBytes(32), { mode: 0o600 })
  return readFileSync(keyringFile)
}

/** The asynchronous calls of Electron 45, with AES-256-GCM and the key of the keyring file. */
export const safeStorage = supportedOnly('safeStorage', {
  isAsyncEncryptionAvailable: () => Promise.resolve(keyringFile !== undefined),
  getSelectedStorageBackend: () => (keyringFile === undefined ? 'basic_text' : 'gnome_libsecret'),
  async encryptStringAsync(text: string): Promise<Buffer> {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', keyringKey(), nonce)
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), body])
  },
  async decryptStringAsync(bytes: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const decipher = createDecipheriv('aes-256-gcm', keyringKey(), bytes.subarray(0, 12), { authTagLength: 16 })
    decipher.setAuthTag(bytes.subarray(12, 28))
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    return { result: text.toString('utf8'), shouldReEncrypt: false }
  },
})

export const dialog = supportedOnly('dialog', {
  showErrorBox(title: string, content: string) {
    process.stderr.write(`${title}: ${content}\n`)
  },
  /** Without a person to press a button the question goes to stderr, and the answer is that of Escape. */
  showMessageBox({ message, cancelId = 0 }: { readonly message: string; readonly cancelId?: number }) {
    process.stderr.write(`${message}\n`)
    return Promise.resolve({ response: cancelId, checkboxChecked: false })
  },
  /** Nobody chooses a file; a spec puts its own function in this place. */
  showSaveDialog({ defaultPath = '' }: { readonly defaultPath?: string }) {
    process.stderr.write(`Save as ${defaultPath}\n`)
    return Promise.resolve({ canceled: true, filePath: '' })
  },
  showOpenDialog(_options: object) {
    process.stderr.write('Open a file\n')
    return Promise.resolve({ canceled: true, filePaths: [] as string[] })
  },
})

class PowerMonitor extends CoveredEmitter {
  protected override readonly label = 'powerMonitor'
  // The stand-in knows nothing about power: tests emit these events, as they do in real Electron.
  protected override readonly covered = [
    'resume',
    'suspend',
    'lock-screen',
    'unlock-screen',
    'shutdown',
    'on-ac',
    'on-battery',
  ]
}
export const powerMonitor = supportedOnly('powerMonitor', new PowerMonitor())

interface MenuTemplate {
  readonly id?: string
  readonly label?: string
  readonly role?: string
  readonly submenu?: readonly MenuTemplate[]
  readonly click?: (...args: unknown[]) => void
}
interface MenuEntry extends Omit<MenuTemplate, 'submenu'> {
  readonly submenu?: Menu
}

/** An invisible menu; its entries can be found and clicked. */
export class Menu {
  readonly items: readonly MenuEntry[]
  private static applicationMenu: Menu | null = null

  constructor(items: readonly MenuEntry[] = []) {
    this.items = items
  }
  static buildFromTemplate(template: readonly MenuTemplate[]): Menu {
    const entries = template.map(({ submenu, ...entry }) =>
      submenu ? { ...entry, submenu: Menu.buildFromTemplate(submenu) } : entry,
    )
    return supportedOnly('Menu', new Menu(entries))
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.applicationMenu = menu
  }
  static getApplicationMenu(): Menu | null {
    return Menu.applicationMenu
  }
  getMenuItemById(id: string): MenuEntry | null {
    for (const entry of this.items) {
      const found = entry.id === id ? entry : entry.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
}

export const net = supportedOnly('net', {
  /** Files and plain web addresses. */
  async fetch(address: string | URL, options?: RequestInit): Promise<Response> {
    const url = new URL(address)
    if (url.protocol === 'file:') return new Response(await readFile(fileURLToPath(url)))
    if (url.protocol === 'https:' || url.protocol === 'http:') return fetch(url, options)
    throw new StandInError(`net.fetch of ${url.protocol} is not covered by the stand-in.`)
  },
  isOnline: () => true,
})
