import type { closing as english } from '../en/closing.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const closing: Translation<typeof english> = {
  closing: {
    title_one: 'Eine Sitzung ist noch offen',
    title_other: '{{count}} Sitzungen sind noch offen',
    ways: 'Möglichkeiten zum Schließen',
    back: 'Zurück',
    finish: 'Erst abschließen…',
    finishText: 'Das Ergebnis der Arbeit wählen. Es wird gespeichert, und die Anwendung bleibt offen.',
    interrupt: 'Ohne Ergebnis abbrechen und schließen',
    interruptText_one: 'Die Sitzung endet sofort, und es wird kein Ergebnis gespeichert.',
    interruptText_other: 'Alle diese Sitzungen enden sofort, und es wird kein Ergebnis gespeichert.',
    untilSome:
      'Der Server behält jede Sitzung, bis ihr Schlüssel abläuft, höchstens fünf Minuten. Es werden keine Ergebnisse gespeichert.',
    interrupting: 'Die Sitzung wird abgebrochen…',
    interruptFailed: 'Die Sitzung konnte nicht abgebrochen werden',
    interruptFailedHelp:
      'Die Anwendung ist noch offen. Prüfen Sie das Netz dieses Computers und versuchen Sie es noch einmal, oder lassen Sie die Sitzung offen und schließen Sie.',
    leave: 'Offen lassen und schließen',
    closeAnyway: 'Trotzdem schließen',
    closing: 'Wird geschlossen…',
    endsWithEngine:
      'Der eingebaute Simulator endet zusammen mit der Anwendung, und mit ihm die Sitzung. Es wird kein Ergebnis gespeichert.',
    beingFinished: 'Das Ergebnis wird gerade gespeichert. Das Schließen wartet darauf einige Sekunden, nicht länger.',
    notClaimed:
      'Die Sitzung ist noch nicht übernommen. Der Server schließt sie von selbst, meist innerhalb einer Minute. Es wird kein Ergebnis gespeichert.',
    untilTokenEnds:
      'Der Schlüssel der Sitzung gilt bis {{time}}. Etwa so lange behält der Server die Sitzung, und ihre Verbindung bleibt belegt. Es wird kein Ergebnis gespeichert.',
    foundAgain:
      'Wenn Sie vorher zum selben Ticket oder Diagnoseadapter starten, erkennt die Anwendung die Sitzung als ihre eigene und bietet an, sie abzubrechen. Fortsetzen können Sie sie, wenn dieser Computer ihren Schlüssel sicher speichern kann.',
  },
}
