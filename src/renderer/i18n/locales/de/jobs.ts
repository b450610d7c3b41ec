import type { jobs as english } from '../en/jobs.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const jobs: Translation<typeof english> = {
  jobs: {
    title: 'Aufträge',
    questions_one: '{{count}} Frage',
    questions_other: '{{count}} Fragen',
    onServer: 'auf {{server}}',
  },
  journal: {
    title: 'Das Protokoll wird nicht gespeichert',
    text: 'Sie können weiterarbeiten. Gespeichert wird, sobald die Festplatte wieder schreibt.',
    'disk-full': 'Die Festplatte dieses Computers ist voll. Geben Sie Speicherplatz frei.',
    'read-only': 'Die Anwendung kann nicht in ihren Ordner schreiben. Prüfen Sie die Zugriffsrechte.',
    locked: 'Ein anderes Programm benutzt das Protokoll. Schließen Sie es.',
    slow: 'Die Festplatte dieses Computers ist sehr langsam.',
    damaged: 'Die Protokolldatei ist beschädigt.',
    unknown: 'Die Festplatte dieses Computers meldet einen Fehler.',
    setAside: 'Das Protokoll früherer Aufträge konnte nicht gelesen werden',
    setAsideText: 'Es liegt jetzt als {{file}} im Ordner der Anwendung. Ein neues Protokoll wurde angelegt.',
    startWithout: 'Ohne Protokoll starten',
    finishWithout: 'Ohne Protokoll abschließen',
    without: 'Fällt dieser Computer jetzt aus, fehlt dieser Schritt im Protokoll.',
  },
  storage: {
    'set-aside': 'Die gespeicherten Einstellungen und Server sind nicht lesbar',
    'set-aside-text': 'Sie liegen als {{file}} im Ordner der Anwendung. Wählen Sie Sprache und Server noch einmal.',
    'left-alone': 'Die gespeicherten Einstellungen und Server ließen sich nicht öffnen',
    'left-alone-text':
      'Sie sind unverändert. Vielleicht ist die Festplatte voll, oder ein anderes Programm benutzt die Datei. Ihre Änderungen bleiben jetzt nur bis zum Schließen der Anwendung erhalten.',
    'memory-only': 'Auf dieser Festplatte kann nichts gespeichert werden',
    'memory-only-text': 'Einstellungen, Server und Protokolle bleiben nur bis zum Schließen der Anwendung erhalten.',
  },
  copy: {
    copy: 'Verbindung kopieren',
    title: 'Ein eigenes Skript verbinden',
    text: 'Kopiert Adresse und Schlüssel dieses Servers als OPENOBD_…-Zeilen. Fügen Sie sie in ein Terminal ein; eine dort gestartete Diagnosefunktion stellt ihre Fragen hier.',
    done: 'Verbindung kopiert. Fügen Sie sie in das Terminal Ihres Skripts ein. Sie enthält einen Schlüssel: Geben Sie ihn nicht weiter.',
  },
}
