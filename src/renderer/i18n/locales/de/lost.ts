import type { lost as english } from '../en/lost.ts'
import type { Translation } from '../translation.ts'

/** German texts about a lost way to the server. */
export const lost: Translation<typeof english> = {
  lost: {
    tryNow: 'Jetzt noch einmal versuchen',
    locked: 'Antworten sind gesperrt, bis die Verbindung wieder da ist.',
    left: 'Die Sitzung läuft in {{left}} ab, wenn die Verbindung nicht zurückkommt.',
    unconfirmed: 'Das Ergebnis ist noch nicht bestätigt.',
    unconfirmedExpired: 'Die Sitzung ist abgelaufen. Nur der Server weiß, ob das Ergebnis angekommen ist.',
    said: 'Antworten sind gesperrt.',
    saidLeft_one:
      'Antworten sind gesperrt. Die Sitzung läuft in {{count}} Minute ab, wenn die Verbindung nicht zurückkommt.',
    saidLeft_other:
      'Antworten sind gesperrt. Die Sitzung läuft in {{count}} Minuten ab, wenn die Verbindung nicht zurückkommt.',
    notAborted: 'Versuchen Sie es noch einmal, wenn die Verbindung wieder da ist, oder schließen Sie den Auftrag hier.',
    close: 'Auftrag schließen…',
    closeTitle: 'Diesen Auftrag mit offener Sitzung schließen?',
    closeText:
      'Der Auftrag verschwindet aus diesem Fenster, und es wird nichts mehr für ihn gesendet. Der Server beendet die Sitzung, wenn ihr Schlüssel abläuft, spätestens in fünf Minuten. Es wird kein Ergebnis gespeichert.',
    closeTextUnconfirmed:
      'Der Auftrag verschwindet aus diesem Fenster. Ob Ihr Ergebnis gespeichert ist, weiß man nicht. Nach dem nächsten Start der Anwendung finden Sie ihn unter „Nicht abgeschlossen“.',
    closeConfirm: 'Auftrag schließen',
  },
}
