import type { history as english } from '../en/history.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const history: Translation<typeof english> = {
  history: {
    title: 'Verlauf',
    search: 'Suchen',
    searchHint: 'Kennzeichen, Fahrzeug, Ticket, FIN, Hebebühne oder Adapternummer.',
    jobs: 'Aufträge',
    loading: 'Aufträge werden geladen…',
    empty: 'Noch keine Aufträge',
    emptyText: 'Jeder Auftrag erscheint hier mit allen Schritten.',
    noneFound: 'Kein Auftrag gefunden',
    noneFoundText: 'Prüfen Sie die Schreibweise, oder suchen Sie nach einem Teil des Kennzeichens oder der Nummer.',
    more: 'Ältere Aufträge zeigen',
    today: 'Heute',
    yesterday: 'Gestern',
    open: 'Offen',
    notStarted: 'Nicht gestartet',
    end: {
      finished: 'Abgeschlossen',
      'interrupted-here': 'Abgebrochen',
      interrupted: 'Abgebrochen',
      failed: 'Fehlgeschlagen',
      expired: 'Abgelaufen',
      lost: 'Verloren',
    },
    back: 'Zurück zur Liste',
    close: 'Verlauf schließen',
    steps: 'Was geschehen ist',
    stepsLoading: 'Schritte werden geladen…',
    unreadable_one: '{{count}} Schritt stammt aus einer neueren Version der Anwendung und lässt sich nicht anzeigen.',
    unreadable_other:
      '{{count}} Schritte stammen aus einer neueren Version der Anwendung und lassen sich nicht anzeigen.',
    details: 'Einzelheiten',
    export: 'Als JSON exportieren…',
    exportShown_one: 'Angezeigten Auftrag als JSON exportieren…',
    exportShown_other: '{{count}} angezeigte Aufträge als JSON exportieren…',
    exported: 'Die Datei wurde gespeichert.',
    delete: 'Löschen…',
    deleteTitle: 'Diesen Auftrag endgültig löschen?',
    deleteText:
      'Der Auftrag und alle seine Schritte werden von diesem Computer gelöscht. Das lässt sich nicht rückgängig machen.',
    deleteConfirm: 'Endgültig löschen',
    deleteFailed: 'Der Auftrag wurde nicht gelöscht',
    inUse: 'Der Auftrag ist noch offen. Schließen Sie ihn zuerst.',
    deleted: 'Der Auftrag wurde gelöscht.',
    keptForever: 'Geschlossene Aufträge bleiben, bis Sie sie löschen.',
    keptFor_one: 'Geschlossene Aufträge werden nach {{count}} Tag automatisch gelöscht.',
    keptFor_other: 'Geschlossene Aufträge werden nach {{count}} Tagen automatisch gelöscht.',
    change: 'Ändern…',
  },
}
