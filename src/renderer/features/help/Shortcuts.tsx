import { useEffect, useRef } from 'react'
import { announce } from '../../components/announce.ts'
import { isComposingKey } from '../../components/enter-key.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened, historyChanged } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { useNextQuestion } from '../rail/use-next-question.ts'
import { useShowJob } from '../rail/use-show-job.ts'

/** Keys that only show something; the help lists them. */
export const shortcutNames = ['help', 'start', 'asking', 'history', 'focus', 'job'] as const
type Shortcut =
  | { readonly name: Exclude<(typeof shortcutNames)[number], 'job'> }
  | { readonly name: 'job'; readonly place: number }

const byKey = { F1: 'help', F2: 'start', F3: 'asking', F4: 'history', F6: 'focus' } as const
const digit = /^(?:Digit|Numpad)([1-9])$/

/**
 * The shortcut of a key that has just gone down; undefined for every other key. Digits are told by their physical key: on a French
 * keyboard they need Shift.
 */
export function shortcutOf(event: KeyboardEvent, isMac: boolean): Shortcut | undefined {
  if (event.repeat || event.defaultPrevented || isComposingKey(event)) return undefined
  const { altKey, ctrlKey, metaKey, shiftKey } = event
  const name = byKey[event.key as keyof typeof byKey]
  if (name !== undefined && !altKey && !ctrlKey && !metaKey && !shiftKey) return { name }
  const place = digit.exec(event.code)?.[1]
  const isCommand = isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey
  // Ctrl and Alt together are AltGr, which types characters.
  return place !== undefined && isCommand && !altKey && !shiftKey ? { name: 'job', place: Number(place) } : undefined
}

const layers = '[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]'

/** Whether the focused field holds text that would be lost with the screen. */
function isTyped(focused: Element | null): boolean {
  const isField = focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement
  return isField && !focused.readOnly && focused.value !== '' && !['radio', 'checkbox'].includes(focused.type)
}

/** Listens to the shortcuts. None works behind an open dialog or menu. */
export function Shortcuts() {
  const act = useRef<(shortcut: Shortcut) => void>(() => undefined)
  act.current = useActions()
  const isMac = useSlice('app').platform === 'darwin'
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event, isMac)
      if (shortcut === undefined) return
      // The browser's own meaning, such as its search or its help, is never wanted here.
      event.preventDefault()
      if (document.querySelector(layers) !== null) return
      if (leavesScreen(shortcut) && isTyped(document.activeElement)) return
      act.current(shortcut)
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [isMac])
  return null
}

const leavesScreen = ({ name }: Shortcut): boolean => name !== 'help'

function useActions(): (shortcut: Shortcut) => void {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const jobs = useSlice('jobs')
  const show = useShowJob()
  const { count, showNext } = useNextQuestion()
  return (shortcut) => {
    switch (shortcut.name) {
      case 'help':
        return dialogOpened(screen, { kind: 'help' })
      case 'start':
        return show(null)
      case 'asking':
        return count === 0 ? announce(t('help.nothingAsks'), 'polite') : showNext()
      case 'history':
        return historyChanged(screen, true)
      case 'focus':
        return focusMainThing()
      case 'job': {
        const job = jobs[shortcut.place - 1]
        return job && show(job.id)
      }
    }
  }
}

/** The question, never one of its buttons; without a question the heading. */
function focusMainThing(): void {
  const place =
    document.querySelector<HTMLElement>('[data-prompt-start]') ??
    document.querySelector<HTMLElement>('[data-focus-place]')
  place?.focus()
}
