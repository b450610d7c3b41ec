import type { failure as english } from '../en/failure.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const failure: Translation<typeof english> = {
  cause: {
    'untrusted-issuer':
      'Das Zertifikat des Servers stammt von einer Stelle, der dieser Computer nicht vertraut. Prüfen Sie den Host, oder lassen Sie das Zertifikat dieser Stelle auf dem Computer installieren.',
    'self-signed':
      'Der Server hat sein Zertifikat selbst ausgestellt; niemand bürgt dafür. Prüfen Sie den Host, oder lassen Sie das Zertifikat auf diesem Computer installieren.',
    'wrong-name': 'Das Zertifikat des Servers gilt für einen anderen Hostnamen. Prüfen Sie die Schreibweise des Hosts.',
    expired:
      'Das Zertifikat des Servers ist abgelaufen. Melden Sie das dem Betreiber des Servers, und prüfen Sie die Uhr dieses Computers.',
    'not-yet-valid': 'Das Zertifikat des Servers ist noch nicht gültig. Prüfen Sie Datum und Uhrzeit dieses Computers.',
    'client-certificate-required':
      'Der Server verlangt ein Zertifikat dieses Computers; diese Anwendung kann keines vorlegen.',
    'client-certificate-refused': 'Der Server lehnt das Zertifikat dieses Computers ab.',
    'protocol-mismatch':
      'Der Server bietet nur eine veraltete oder unbekannte Verschlüsselung an (nötig ist TLS 1.2 oder neuer). Melden Sie das dem Betreiber des Servers.',
    'server-is-plaintext': 'Der Server antwortet auf diesem Port unverschlüsselt. Prüfen Sie den Port.',
    'server-is-tls':
      'Der Server erwartet auf diesem Port eine verschlüsselte Verbindung, diese ist aber unverschlüsselt. Prüfen Sie Host, Port und die Einstellung für Klartext.',
    'http-1': 'Auf diesem Port antwortet ein HTTP/1-Server; openOBD braucht HTTP/2. Prüfen Sie Host und Port.',
  },
  failure: {
    'invalid-input': 'Etwas Eingegebenes kann nicht verwendet werden.',
    'not-found': 'Das gibt es nicht mehr.',
    'unknown-ticket': 'Es gibt kein Ticket mit dieser Nummer. Prüfen Sie die Nummer auf dem Werkstattauftrag.',
    'unknown-connector': 'Es gibt keinen Diagnoseadapter mit dieser Nummer. Prüfen Sie die Nummer auf dem Gerät.',
    'connector-offline': 'Der Diagnoseadapter ist offline. Prüfen Sie, ob er eingesteckt ist und Internet hat.',
    'resource-in-use': 'Eine andere Sitzung benutzt diese Verbindung schon.',
    'no-free-resources': 'Die Plattform hat gerade keinen freien Platz. Versuchen Sie es in zwei Minuten noch einmal.',
    'wrong-credentials': 'Der Server akzeptiert die Client-ID oder das Geheimnis nicht.',
    'secret-missing':
      'Das Geheimnis dieses Servers wird wieder gebraucht. Es bleibt nur erhalten, solange die Anwendung offen ist.',
    'server-gone': 'Der zuletzt benutzte Server ist nicht mehr bekannt. Wählen Sie einen.',
    'server-chosen': 'Dieser Server ist gewählt. Wählen Sie einen anderen, bevor Sie ihn entfernen.',
    'plaintext-declined':
      'Der Server wurde nicht gespeichert, weil dem unverschlüsselten Senden nicht zugestimmt wurde.',
    'cluster-missing': 'Der Cluster fehlt oder ist falsch.',
    unauthorised: 'Der Server akzeptiert die Zugangsdaten nicht mehr.',
    'already-claimed': 'Jemand anders hat diese Sitzung schon übernommen.',
    'not-allowed-now': 'Das ist im Moment nicht möglich.',
    'session-ended': 'Die Sitzung ist schon zu Ende.',
    'session-expired': 'Die Sitzung ist abgelaufen. Starten Sie eine neue.',
    'connection-lost': 'Die Verbindung ging verloren, bevor es fertig war.',
    'timed-out': 'Der Server hat nicht rechtzeitig geantwortet.',
    'not-supported-by-server': 'Dieser Server kann das nicht.',
    'not-an-openobd-service': 'Das ist kein openOBD-Dienst. Prüfen Sie Host und Port.',
    'tls-failed': 'Eine verschlüsselte Verbindung zum Server ist nicht möglich. Prüfen Sie Host, Port und Zertifikat.',
    'endpoint-refused':
      'Dieser Server wird aus Sicherheitsgründen abgelehnt. Schlüssel werden nur verschlüsselt gesendet.',
    'engine-failed': 'Der eingebaute Simulator funktioniert nicht mehr.',
    'car-not-reached':
      'Das Fahrzeug ist zurzeit nicht erreichbar. Prüfen Sie, ob der Diagnoseadapter fest in der OBD-Buchse sitzt und Internet hat.',
    'function-failed': 'Die Funktion ist fehlgeschlagen.',
    'prompt-answered': 'Diese Frage wurde schon woanders beantwortet.',
    'prompt-withdrawn': 'Die Frage wurde zurückgezogen, bevor Ihre Antwort ankam.',
    'answer-invalid': 'Die Funktion nimmt diese Antwort nicht an.',
    'secret-in-text':
      'Dieser Text enthält ein Client-Geheimnis oder ein Token dieser Anwendung. Er wurde nicht gesendet. Entfernen Sie es.',
    'image-unavailable': 'Das Bild kann nicht gezeigt werden.',
    'storage-failed': 'Das Protokoll kann auf diesem Computer nicht gespeichert werden. Die Sitzung läuft weiter.',
    'disk-full':
      'Die Festplatte dieses Computers ist voll. Geben Sie Speicherplatz frei und versuchen Sie es noch einmal.',
    'not-recorded': 'Das Protokoll konnte nicht gespeichert werden, deshalb ist nichts geschehen. {{reason}}',
    'too-many-requests': 'Zu viele Anfragen. Versuchen Sie es gleich noch einmal.',
    internal: 'In der Anwendung ist etwas schiefgegangen.',
  },
}
