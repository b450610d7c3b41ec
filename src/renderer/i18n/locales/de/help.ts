import type { help as english } from '../en/help.ts'
import type { Translation } from '../translation.ts'

/** German texts of the help. */
export const help: Translation<typeof english> = {
  help: {
    title: 'Hilfe',
    open: 'Hilfe und Tastenkürzel',
    keyboard: 'Tastenkürzel',
    text: 'Ein Tastenkürzel zeigt nur etwas an. Keines beantwortet eine Frage, und keines startet, stoppt oder schließt etwas ab. Solange in einem Feld Text steht, warten sie, damit nichts Getipptes verloren geht.',
    keys: {
      help: 'F1',
      start: 'F2',
      asking: 'F3',
      history: 'F4',
      focus: 'F6',
      job: 'Strg+1 … Strg+9',
      move: 'Tab, Umschalt+Tab',
      press: 'Eingabe, Leertaste',
      close: 'Esc',
    },
    jobKeysMac: '⌘1 … ⌘9',
    does: {
      help: 'Diese Hilfe zeigen',
      start: 'Den Start zeigen',
      asking: 'Den nächsten Auftrag zeigen, der fragt',
      history: 'Den Verlauf zeigen',
      focus: 'Zur Frage springen, sonst zur Überschrift',
      job: 'Den ersten bis neunten Auftrag der Leiste zeigen',
      move: 'Zur nächsten oder vorigen Schaltfläche oder zum Feld',
      press: 'Die ausgewählte Schaltfläche drücken',
      close: 'Ein Fenster schließen',
    },
    nothingAsks: 'Kein anderer Auftrag fragt.',
    asking_one: '{{count}} anderer Auftrag fragt. Zeigen',
    asking_other: '{{count}} andere Aufträge fragen. Den nächsten zeigen',
  },
}
