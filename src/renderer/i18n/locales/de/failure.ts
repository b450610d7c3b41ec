import type { failure as english } from '../en/failure.ts'
import type { Translation } from '../translation.ts'

/** German texts. */
export const failure: Translation<typeof english> = {
  cause: {
    'name-unknown': 'Es gibt keinen Server mit diesem Namen. Prüfen Sie die Schreibweise des Hosts.',
    'name-service-silent':
      'Der Name des Servers lässt sich nicht nachschlagen: Kein Namensserver antwortet. Prüfen Sie die Netzwerkverbindung dieses Computers.',
    'network-unreachable':
      'Von diesem Computer führt kein Weg zum Server. Prüfen Sie die Netzwerkverbindung und, falls vorhanden, das VPN.',
    'nothing-listens':
      'Der Rechner mit diesem Namen antwortet, aber auf diesem Port läuft kein Server. Prüfen Sie den Port; vielleicht startet er auch gerade.',
    'host-silent':
      'Der Server antwortet nicht. Prüfen Sie Host und Port. Vielleicht sperrt auch eine Firewall den Weg: Fragen Sie, wer das Netzwerk betreut.',
    'server-silent':
      'Der Server nimmt die Verbindung an und sagt dann nichts. Prüfen Sie den Port, oder versuchen Sie es später noch einmal.',
    'server-closes': 'Der Server schließt die Verbindung sofort und nennt keinen Grund. Prüfen Sie Host und Port.',
    'proxy-settings-unreadable':
      'Die Proxy-Einstellungen dieses Computers lassen sich nicht lesen. Fragen Sie, wer das Netzwerk betreut, oder geben Sie den Proxy in den Einstellungen dieses Servers ein.',
    'proxy-kind-unsupported':
      'Die Einstellungen dieses Computers nennen einen Proxy, der hier nicht benutzt werden kann ({{proxy}}). Nötig ist ein HTTP-Proxy: Geben Sie ihn in den Einstellungen dieses Servers ein.',
    'proxy-name-unknown': 'Es gibt keinen Proxy mit dem Namen {{proxy}}. Prüfen Sie die Schreibweise.',
    'proxy-not-listening': 'Unter {{proxy}} läuft kein Proxy. Prüfen Sie Host und Port des Proxys.',
    'proxy-silent':
      'Der Proxy {{proxy}} antwortet nicht. Prüfen Sie seinen Host und Port, oder fragen Sie, wer das Netzwerk betreut.',
    'proxy-cuts':
      'Der Proxy {{proxy}} trennt die Verbindung, bevor sie zustande kommt. Fragen Sie, wer das Netzwerk betreut.',
    'proxy-needs-sign-in':
      'Der Proxy {{proxy}} verlangt einen Benutzer und ein Passwort. Geben Sie beides in den Einstellungen dieses Servers ein.',
    'proxy-refuses-sign-in':
      'Der Proxy {{proxy}} akzeptiert den Benutzer oder das Passwort nicht. Prüfen Sie beides in den Einstellungen dieses Servers.',
    'proxy-refuses':
      'Der Proxy {{proxy}} erlaubt keine Verbindung zu diesem Server. Lassen Sie Host und Port von der Betreuung des Netzwerks freigeben.',
    'proxy-cannot-reach': 'Der Proxy {{proxy}} erreicht den Server nicht. Prüfen Sie Host und Port des Servers.',
    'proxy-shows-page':
      'Der Proxy {{proxy}} antwortet mit einer Webseite statt mit einer Verbindung. Öffnen Sie einen Webbrowser: Vielleicht müssen Sie sich dort erst im Netzwerk anmelden.',
    'proxy-is-none':
      'Was unter {{proxy}} antwortet, ist kein Proxy für solche Verbindungen. Prüfen Sie Host und Port des Proxys.',
    'tunnel-cut':
      'Die Verbindung über den Proxy {{proxy}} wurde getrennt. Sie wird automatisch neu aufgebaut. Passiert das oft, bitten Sie die Betreuung des Netzwerks, lange Verbindungen zu erlauben.',
    'client-certificate-expired':
      'Das Zertifikat dieses Computers ist abgelaufen oder noch nicht gültig. Fügen Sie in den Einstellungen dieses Servers ein neues hinzu, und prüfen Sie die Uhr dieses Computers.',
    'untrusted-issuer':
      'Das Zertifikat des Servers stammt von einer Stelle, der dieser Computer nicht vertraut. Prüfen Sie den Host, oder lassen Sie das Zertifikat dieser Stelle auf dem Computer installieren.',
    'self-signed':
      'Der Server hat sein Zertifikat selbst ausgestellt; niemand bürgt dafür. Prüfen Sie den Host, oder lassen Sie das Zertifikat auf diesem Computer installieren.',
    'wrong-name': 'Das Zertifikat des Servers gilt für einen anderen Hostnamen. Prüfen Sie die Schreibweise des Hosts.',
    expired:
      'Das Zertifikat des Servers ist abgelaufen. Melden Sie das dem Betreiber des Servers, und prüfen Sie die Uhr dieses Computers.',
    'not-yet-valid': 'Das Zertifikat des Servers ist noch nicht gültig. Prüfen Sie Datum und Uhrzeit dieses Computers.',
    'client-certificate-required':
      'Der Server verlangt ein Zertifikat dieses Computers. Fügen Sie eines in den Einstellungen dieses Servers hinzu.',
    'client-certificate-refused': 'Der Server lehnt das Zertifikat dieses Computers ab.',
    'protocol-mismatch':
      'Der Server bietet nur eine veraltete oder unbekannte Verschlüsselung an (nötig ist TLS 1.2 oder neuer). Melden Sie das dem Betreiber des Servers.',
    'server-is-plaintext': 'Der Server antwortet auf diesem Port unverschlüsselt. Prüfen Sie den Port.',
    'server-is-tls':
      'Der Server erwartet auf diesem Port eine verschlüsselte Verbindung, diese ist aber unverschlüsselt. Prüfen Sie Host, Port und die Einstellung für Klartext.',
    'http-1': 'Auf diesem Port antwortet ein HTTP/1-Server; openOBD braucht HTTP/2. Prüfen Sie Host und Port.',
  },
  pem: {
    'no-certificate':
      'In diesen Dateien ist kein Zertifikat. Wählen Sie PEM-Dateien (sie beginnen mit -----BEGIN CERTIFICATE-----).',
    'no-key': 'In diesen Dateien ist kein privater Schlüssel. Wählen Sie das Zertifikat und seinen Schlüssel zusammen.',
    'key-protected':
      'Der private Schlüssel ist durch ein Passwort geschützt. Exportieren Sie ihn ohne Passwort und importieren Sie ihn dann.',
    'key-of-another-certificate':
      'Der private Schlüssel gehört zu einem anderen Zertifikat. Wählen Sie die beiden Dateien, die zusammengehören.',
  },
  failure: {
    'partner-api-failed': 'Die Partner API hat gerade ein Problem. Sie wird automatisch noch einmal gefragt.',
    'partner-api-forbidden':
      'Dieses Konto darf das über die Partner API nicht lesen. Fragen Sie Ihren Ansprechpartner bei der Plattform.',
    'partner-api-unreadable':
      'Was unter der Adresse der Partner API antwortet, ist nicht die Partner API. Prüfen Sie die Adressen in den Einstellungen dieses Servers.',
    'secret-locked':
      'Der Schlüsselbund dieses Computers ist gesperrt. Entsperren Sie ihn; die Verbindung folgt automatisch.',
    'file-unreadable':
      'Diese Datei ist beschädigt oder keine Liste von Servern. Wählen Sie eine Datei, die diese Anwendung exportiert hat.',
    'file-too-new':
      'Diese Datei stammt von einer neueren Version der Anwendung. Aktualisieren Sie die Anwendung und importieren Sie sie dann noch einmal.',
    'certificate-unusable': 'Diese Zertifikate lassen sich nicht verwenden.',
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
    'proxy-failed':
      'Der Proxy lässt die Verbindung nicht durch. Prüfen Sie den Proxy in den Einstellungen dieses Servers.',
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
    'update-unreachable':
      'Der Update-Server ist nicht erreichbar. Die Anwendung läuft auch ohne ihn; versuchen Sie es später noch einmal.',
    'update-not-signed':
      'Das Update wurde nicht übernommen, weil niemand dafür bürgt: Die Signatur fehlt oder ist falsch, oder es kam nicht verschlüsselt. Melden Sie das dem Betreiber des Update-Servers.',
    'update-damaged':
      'Das Update kam beschädigt oder unvollständig an und wurde nicht übernommen. Versuchen Sie es noch einmal.',
    'update-stale':
      'Das Update wurde nicht übernommen, weil seine Liste älter als 30 Tage ist. Prüfen Sie das Datum dieses Computers, und melden Sie es dem Betreiber des Update-Servers.',
    'update-older': 'Der Update-Server bietet eine ältere Version an als die installierte. Es wurde nichts geändert.',
    'update-not-installed':
      'Das Update konnte nicht installiert werden; die bisherige Version bleibt. Schließen Sie weitere Fenster der Anwendung, prüfen Sie die Schreibrechte in ihrem Ordner und versuchen Sie es noch einmal.',
    'update-job-open': 'Kein Update, solange ein Auftrag offen ist. Schließen Sie zuerst den Auftrag ab.',
    internal: 'In der Anwendung ist etwas schiefgegangen.',
  },
}
