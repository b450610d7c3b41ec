import type { failure as english } from '../en/failure.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const failure: Translation<typeof english> = {
  cause: {
    'name-unknown': 'Er is geen server met deze naam. Controleer hoe de host is geschreven.',
    'name-service-silent':
      'De naam van de server kan niet worden opgezocht: geen enkele naamserver antwoordt. Controleer de netwerkverbinding van deze computer.',
    'network-unreachable':
      'Deze computer heeft geen weg naar de server. Controleer de netwerkverbinding en, als u die gebruikt, de VPN.',
    'nothing-listens':
      'De computer met deze naam antwoordt, maar op deze poort draait geen server. Controleer de poort; misschien start hij nog.',
    'host-silent':
      'De server antwoordt niet. Controleer host en poort. Misschien blokkeert een firewall de weg: vraag wie het netwerk beheert.',
    'server-silent':
      'De server accepteert de verbinding en zegt daarna niets. Controleer de poort, of probeer het later opnieuw.',
    'server-closes': 'De server sluit de verbinding meteen en geeft geen reden. Controleer host en poort.',
    'proxy-settings-unreadable':
      'De proxy-instellingen van deze computer kunnen niet worden gelezen. Vraag wie het netwerk beheert, of typ de proxy in de instellingen van deze server.',
    'proxy-kind-unsupported':
      'De instellingen van deze computer noemen een proxy die hier niet kan worden gebruikt ({{proxy}}). Nodig is een HTTP-proxy: typ die in de instellingen van deze server.',
    'proxy-name-unknown': 'Er is geen proxy met de naam {{proxy}}. Controleer hoe die is geschreven.',
    'proxy-not-listening': 'Op {{proxy}} draait geen proxy. Controleer host en poort van de proxy.',
    'proxy-silent': 'De proxy {{proxy}} antwoordt niet. Controleer host en poort, of vraag wie het netwerk beheert.',
    'proxy-cuts': 'De proxy {{proxy}} verbreekt de verbinding voordat die er is. Vraag wie het netwerk beheert.',
    'proxy-needs-sign-in':
      'De proxy {{proxy}} vraagt een gebruiker en een wachtwoord. Typ ze in de instellingen van deze server.',
    'proxy-refuses-sign-in':
      'De proxy {{proxy}} accepteert de gebruiker of het wachtwoord niet. Controleer beide in de instellingen van deze server.',
    'proxy-refuses':
      'De proxy {{proxy}} staat geen verbinding met deze server toe. Vraag wie het netwerk beheert om host en poort toe te staan.',
    'proxy-cannot-reach': 'De proxy {{proxy}} kan de server niet bereiken. Controleer host en poort van de server.',
    'proxy-shows-page':
      'De proxy {{proxy}} antwoordt met een webpagina in plaats van met een verbinding. Open een webbrowser: misschien moet u zich daar eerst aanmelden bij het netwerk.',
    'proxy-is-none':
      'Wat op {{proxy}} antwoordt, is geen proxy voor zulke verbindingen. Controleer host en poort van de proxy.',
    'tunnel-cut':
      'De verbinding via de proxy {{proxy}} is verbroken. Er wordt automatisch opnieuw verbonden. Gebeurt dit vaak, vraag dan wie het netwerk beheert om lange verbindingen toe te staan.',
    'client-certificate-expired':
      'Het certificaat van deze computer is verlopen of nog niet geldig. Voeg in de instellingen van deze server een nieuw toe, en controleer de klok van deze computer.',
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
      'De server vraagt een certificaat van deze computer. Voeg er een toe in de instellingen van deze server.',
    'client-certificate-refused': 'De server weigert het certificaat van deze computer.',
    'protocol-mismatch':
      'De server biedt alleen verouderde of onbekende versleuteling aan (TLS 1.2 of nieuwer is nodig). Meld dit aan de beheerder van de server.',
    'server-is-plaintext': 'De server antwoordt op deze poort zonder versleuteling. Controleer de poort.',
    'server-is-tls':
      'De server verwacht op deze poort een versleutelde verbinding, maar deze verbinding is niet versleuteld. Controleer host, poort en de instelling voor onversleuteld.',
    'http-1': 'Op deze poort antwoordt een HTTP/1-server; openOBD heeft HTTP/2 nodig. Controleer host en poort.',
  },
  pem: {
    'no-certificate':
      'In deze bestanden staat geen certificaat. Kies PEM-bestanden (ze beginnen met -----BEGIN CERTIFICATE-----).',
    'no-key': 'In deze bestanden staat geen privésleutel. Kies het certificaat en de sleutel samen.',
    'key-protected':
      'De privésleutel is met een wachtwoord beschermd. Exporteer hem zonder wachtwoord en importeer hem dan.',
    'key-of-another-certificate':
      'De privésleutel hoort bij een ander certificaat. Kies de twee bestanden die bij elkaar horen.',
  },
  failure: {
    'partner-api-failed': 'De Partner API heeft op dit moment een probleem. Er wordt automatisch opnieuw gevraagd.',
    'partner-api-forbidden':
      'Dit account mag dat niet lezen via de Partner API. Vraag het aan uw contactpersoon bij het platform.',
    'partner-api-unreadable':
      'Wat op het adres van de Partner API antwoordt, is niet de Partner API. Controleer de adressen in de instellingen van deze server.',
    'secret-locked': 'De sleutelbos van deze computer is vergrendeld. Ontgrendel hem; de verbinding volgt automatisch.',
    'file-unreadable':
      'Dit bestand is beschadigd of geen lijst van servers. Kies een bestand dat deze toepassing heeft geëxporteerd.',
    'file-too-new':
      'Dit bestand komt van een nieuwere versie van de toepassing. Werk de toepassing bij en importeer het daarna opnieuw.',
    'certificate-unusable': 'Deze certificaten kunnen niet worden gebruikt.',
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
    'proxy-failed': 'De proxy laat de verbinding niet door. Controleer de proxy in de instellingen van deze server.',
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
    'update-unreachable':
      'De updateserver is niet bereikbaar. De toepassing werkt ook zonder; probeer het later opnieuw.',
    'update-not-signed':
      'De update is niet overgenomen, omdat niemand ervoor instaat: de handtekening ontbreekt of klopt niet, of de update kwam niet versleuteld binnen. Meld dit aan de beheerder van de updateserver.',
    'update-damaged': 'De update kwam beschadigd of onvolledig aan en is niet overgenomen. Probeer het opnieuw.',
    'update-stale':
      'De update is niet overgenomen, omdat de lijst ouder is dan 30 dagen. Controleer de datum van deze computer en meld dit aan de beheerder van de updateserver.',
    'update-older': 'De updateserver biedt een oudere versie aan dan de versie die u hebt. Er is niets gewijzigd.',
    'update-not-installed':
      'De update kon niet worden geïnstalleerd; uw huidige versie blijft. Sluit andere vensters van de toepassing, controleer of u in de map mag schrijven en probeer het opnieuw.',
    'update-job-open': 'Geen update zolang er een opdracht open is. Rond eerst de opdracht af.',
    internal: 'Er ging iets mis in de toepassing.',
  },
}
