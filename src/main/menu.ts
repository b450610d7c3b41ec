/** One entry of the menu template: roles only, so that Electron supplies labels, shortcuts and behaviour. */
interface MenuEntry {
  role: 'appMenu' | 'editMenu' | 'windowMenu'
}

/** The native menu: the usual entries on macOS, and the clipboard shortcuts everywhere. It never offers developer tools. */
export function menuTemplate(platform: NodeJS.Platform): MenuEntry[] {
  return platform === 'darwin'
    ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]
    : [{ role: 'editMenu' }]
}
