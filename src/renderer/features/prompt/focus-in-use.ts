const fields = 'input,textarea,select,[contenteditable]:not([contenteditable="false"])'
const layers = '[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"],[role="combobox"]'

/** Whether somebody works with what has the focus: a field, or anything in an open dialog or menu. Nobody may take it away. */
export function isInUse(focused: Element | null): boolean {
  return focused !== null && (focused.matches(fields) || focused.closest(layers) !== null)
}
