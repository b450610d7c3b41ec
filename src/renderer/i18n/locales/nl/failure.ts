import type { failure as english } from '../en/failure.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const failure: Translation<typeof english> = {
  cause: {
    'untrusted-issuer':
      'Het certificaat van de server komt van een uitgever die deze computer niet vertrouwt. Controleer de host, of laat het certificaat van de uitgever op deze computer installeren.',
    'self-signed':
      'De server heeft zijn certificaat zelf ondertekend; niemand staat ervoor in. Controleer de host, of laat het certificaat op deze computer installeren.',
    'wrong-name': 'Het certificaat van de server is voor een andere hostnaam. Controleer hoe de host is geschreven.',
    expired:
      'Het certificaat van de server is verlopen. Meld dit aan de beheerder van de server en controleer de klok van deze computer.',
    'not-yet-valid':
      'Het certificaat van de server is nog niet geldig. Controleer de datum en de tijd van deze computer.',
    'client-certificate-required':
      'De server vraagt om een certificaat van deze computer; deze toepassing kan er geen tonen.',
    'client-certificate-refused': 'De server weigert het certificaat van deze computer.',
    'protocol-mismatch':
      'De server biedt alleen verouderde of onbekende versleuteling aan (TLS 1.2 of nieuwer is nodig). Meld dit aan de beheerder van de server.',
    'server-is-plaintext': 'De server antwoordt op deze poort zonder versleuteling. Controleer de poort.',
    'server-is-tls':
      'De server verwacht op deze poort een versleutelde verbinding, maar deze verbinding is niet versleuteld. Controleer host, poort en de instelling voor onversleuteld.',
    'http-1': 'Op deze poort antwoordt een HTTP/1-server; openOBD heeft HTTP/2 nodig. Controleer host en poort.',
  },
  failure: {
    'invalid-input': 'Iets wat u typte, kan niet worden gebruikt.',
    'not-found': 'Dat bestaat niet meer.',
    'unknown-ticket': 'Er is geen ticket met dit nummer. Controleer het nummer op de werkorder.',
    'unknown-connector': 'Er is geen diagnose-adapter met dit nummer. Controleer het nummer op het apparaat.',
    'connector-offline': 'De diagnose-adapter is offline. Controleer de aansluiting en de internetverbinding.',
    'resource-in-use': 'Een andere sessie gebruikt deze verbinding al.',
    'no-free-resources': 'Het platform heeft nu geen vrije plaats. Probeer het over twee minuten opnieuw.',
    'wrong-credentials': 'De server accepteert de client-ID of het geheim niet.',
    'secret-missing':
      'Het geheim van deze server is opnieuw nodig. Het blijft alleen bewaard zolang de toepassing open is.',
    'server-gone': 'De server van de vorige keer is niet meer bekend. Kies er een.',
    'server-chosen': 'Deze server is gekozen. Kies een andere voordat u hem verwijdert.',
    'plaintext-declined': 'De server is niet opgeslagen, omdat onversleuteld verzenden niet is goedgekeurd.',
    'cluster-missing': 'Het cluster ontbreekt of is onjuist.',
    unauthorised: 'De server accepteert de toegangsgegevens niet meer.',
    'already-claimed': 'Iemand anders heeft deze sessie al overgenomen.',
    'not-allowed-now': 'Dat kan op dit moment niet.',
    'session-ended': 'De sessie is al beëindigd.',
    'session-expired': 'De sessie is verlopen. Start een nieuwe.',
    'connection-lost': 'De verbinding viel weg voordat het klaar was.',
    'timed-out': 'De server antwoordde niet op tijd.',
    'not-supported-by-server': 'Deze server kan dat niet.',
    'not-an-openobd-service': 'Dit is geen openOBD-dienst. Controleer host en poort.',
    'tls-failed': 'Een versleutelde verbinding met de server is niet mogelijk. Controleer host, poort en certificaat.',
    'endpoint-refused':
      'Deze server wordt om veiligheidsredenen geweigerd. Sleutels worden alleen versleuteld verzonden.',
    'engine-failed': 'De ingebouwde simulator werkt niet meer.',
    'car-not-reached':
      'De auto is nu niet bereikbaar. Controleer of de diagnose-adapter vast in de OBD-aansluiting zit en internet heeft.',
    'function-failed': 'De functie is mislukt.',
    'prompt-answered': 'Deze vraag is al ergens anders beantwoord.',
    'prompt-withdrawn': 'De vraag is ingetrokken voordat uw antwoord aankwam.',
    'answer-invalid': 'De functie accepteert dit antwoord niet.',
    'secret-in-text':
      'Deze tekst bevat een clientgeheim of een token van deze toepassing. De tekst is niet verzonden. Verwijder het geheim.',
    'image-unavailable': 'De afbeelding kan niet worden getoond.',
    'storage-failed': 'Het verslag kan op deze computer niet worden opgeslagen. De sessie gaat door.',
    'disk-full': 'De schijf van deze computer is vol. Maak ruimte vrij en probeer het opnieuw.',
    'not-recorded': 'Het verslag kon niet worden opgeslagen, daarom is er niets gedaan. {{reason}}',
    'too-many-requests': 'Te veel verzoeken. Probeer het zo opnieuw.',
    internal: 'Er ging iets mis in de toepassing.',
  },
}
