const fields = 'input,textarea,select,[contenteditable]:not([contenteditable="false"])'
const layers = '[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"],[role="combobox"]'

/** Whether the focused element is in use: a field, or anything in an open dialog or menu. The focus must stay there. */
export function isInUse(focused: Element | null): boolean {
  return focused !== null && (focused.matches(fields) || focused.closest(layers) !== null)
}
