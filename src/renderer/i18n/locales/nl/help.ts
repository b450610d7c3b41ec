import type { help as english } from '../en/help.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts of the help. */
export const help: Translation<typeof english> = {
  help: {
    title: 'Help',
    open: 'Help en sneltoetsen',
    keyboard: 'Sneltoetsen',
    text: 'Een sneltoets laat alleen iets zien. Er wordt geen vraag mee beantwoord en niets mee gestart, gestopt of afgerond. Zolang er tekst in een veld staat, doen ze niets, zodat er niets verloren gaat.',
    keys: {
      help: 'F1',
      start: 'F2',
      asking: 'F3',
      history: 'F4',
      focus: 'F6',
      job: 'Ctrl+1 … Ctrl+9',
      move: 'Tab, Shift+Tab',
      press: 'Enter, spatie',
      close: 'Esc',
    },
    jobKeysMac: '⌘1 … ⌘9',
    does: {
      help: 'Deze help tonen',
      start: 'Het startscherm tonen',
      asking: 'De volgende opdracht met een vraag tonen',
      history: 'De geschiedenis tonen',
      focus: 'Naar de vraag, of anders naar de kop',
      job: 'De eerste tot en met negende opdracht in de balk tonen',
      move: 'Naar de volgende of vorige knop of het veld',
      press: 'De gekozen knop indrukken',
      close: 'Een venster sluiten',
    },
    nothingAsks: 'Geen andere opdracht heeft een vraag.',
    asking_one: '{{count}} andere opdracht heeft een vraag. Tonen',
    asking_other: '{{count}} andere opdrachten hebben een vraag. De volgende tonen',
  },
}
