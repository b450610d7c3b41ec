import type { finish as english } from '../en/finish.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const finish: Translation<typeof english> = {
  finish: {
    title: 'Sitzung abschließen',
    lead: 'Was soll als Ergebnis dieser Arbeit am Ticket gespeichert werden?',
    result: 'Ergebnis',
    resultHint: 'Wählen Sie eines oder mehrere.',
    resultMissing: 'Wählen Sie mindestens ein Ergebnis.',
    suggested: 'Vorschlag von {{name}}',
    feedback: 'Rückmeldung',
    feedbackHint: 'Ihre Rückmeldung zu dieser Arbeit.',
    description: 'Beschreibung',
    descriptionHint: 'Freiwillig. Zum Beispiel, was ersetzt wurde oder was noch zu tun ist.',
    finish: 'Sitzung abschließen',
    finishing: 'Wird abgeschlossen…',
    finishingText: 'Das Ergebnis wird gespeichert. Bitte warten.',
    checking: 'Wird geprüft…',
    checkingText:
      'Die Antwort kam nicht an. Der Server wird gefragt, ob die Sitzung abgeschlossen ist, damit das Ergebnis genau einmal gespeichert wird.',
    failedTitle: 'Die Sitzung ist noch nicht abgeschlossen',
    causesTitle: 'Wenn die Kommunikation scheitert, liegt es meist daran',
    causePlug: 'Der Diagnoseadapter sitzt lose in der OBD-Buchse. Drücken Sie ihn fest hinein.',
    causeSleep:
      'Ein Steuergerät schläft. Schalten Sie die Zündung ein, öffnen Sie eine Tür und versuchen Sie es noch einmal.',
    causeInternet: 'Die Internetverbindung ist langsam. Verbindung im Moment: {{link}}.',
    linkNow: '{{latency}} ms, {{quality}}',
    linkUnknown: 'nicht gemessen',
    warningTitle: 'Bitte prüfen Sie Ihre Auswahl',
    warning: {
      'success-but-function-failed': 'Sie haben „Erfolgreich“ gewählt, aber {{name}} ist fehlgeschlagen.',
      'success-but-function-reports-otherwise': 'Sie haben „Erfolgreich“ gewählt, aber {{name}} meldet keinen Erfolg.',
      'success-but-function-stopped': 'Sie haben „Erfolgreich“ gewählt, aber {{name}} wurde gestoppt.',
      'failure-without-reason':
        'Sie haben einen Fehlschlag ohne Grund gewählt. Schreiben Sie in die Beschreibung, was schiefging.',
      'success-but-link-lost': 'Sie haben „Erfolgreich“ gewählt, aber die Verbindung zum Fahrzeug ist gerade verloren.',
      'success-and-failure': 'Sie haben „Erfolgreich“ zusammen mit einem Fehler gewählt.',
      'failure-but-function-succeeded': 'Sie haben einen Fehler gewählt, aber {{name}} war erfolgreich.',
      'communication-but-link-good':
        'Sie haben einen Kommunikationsfehler gewählt, aber die Verbindung zum Diagnoseadapter ist gerade gut.',
      'feedback-contradicts-result': 'Ergebnis und Rückmeldung widersprechen sich.',
      'function-still-running': '{{name}} läuft noch. Beim Abschließen wird die Funktion gestoppt.',
    },
  },
  result: {
    success: 'Erfolgreich',
    'invalid-preconditions': 'Voraussetzungen nicht erfüllt',
    'needs-validation': 'Muss noch geprüft werden',
    'needs-completion': 'Muss noch fertiggestellt werden',
    'authentication-error': 'Zugang zum Steuergerät verweigert',
    'missing-coding-information': 'Codierdaten fehlen',
    'not-compatible': 'Teile oder Daten passen nicht zu diesem Fahrzeug',
    'communication-error': 'Kommunikation mit dem Fahrzeug fehlgeschlagen',
    'runtime-error': 'In der Funktion trat ein Fehler auf',
    'external-service-error': 'Ein externer Dienst ist ausgefallen',
    failure: 'Aus einem anderen Grund fehlgeschlagen',
  },
  feedback: {
    none: 'Keine Rückmeldung',
    nothing: 'Kein Kommentar',
    success: 'Es hat funktioniert',
    failure: 'Es hat nicht funktioniert',
    'assistance-requested': 'Ich brauche Hilfe',
  },
  feedbackDetail: { none: 'Es wird nichts gesendet.' },
  end: {
    title: {
      finished: 'Sitzung abgeschlossen',
      'interrupted-here': 'Sitzung ohne Ergebnis abgebrochen',
      interrupted: 'Von jemand anderem abgebrochen',
      failed: 'Sitzung fehlgeschlagen',
      expired: 'Sitzung abgelaufen',
      lost: 'Die Sitzung gibt es nicht mehr',
    },
    text: {
      finished: 'Das Ergebnis ist gespeichert. Vielen Dank.',
      'interrupted-here': 'Sie haben die Sitzung abgebrochen. Es wurde kein Ergebnis gespeichert.',
      interrupted:
        'Jemand anders hat diese Sitzung abgebrochen. An das Fahrzeug wird nichts mehr gesendet. Es wurde kein Ergebnis gespeichert.',
      failed: 'Der Server hat die Sitzung wegen eines Fehlers beendet.',
      expired:
        'Die Sitzung wurde nicht rechtzeitig verlängert und ist nicht mehr nutzbar. Starten Sie zu dem Ticket eine neue.',
      lost: 'Der Server kennt diese Sitzung nicht mehr, zum Beispiel nach einem Neustart. Was zu sehen war, bleibt hier erhalten.',
    },
    recorded: 'Was gespeichert wurde',
    nothingRecorded: 'Es wurde kein Ergebnis gespeichert.',
    notConfirmed: 'Gewählt, aber vom Server nicht bestätigt',
    results: 'Ergebnis',
    feedback: 'Rückmeldung',
    description: 'Beschreibung',
    noDescription: 'Keine',
    duration: 'Dauer',
    endedAt: 'Beendet',
    back: 'Zurück zum Start',
  },
}
