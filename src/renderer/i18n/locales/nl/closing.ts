import type { closing as english } from '../en/closing.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const closing: Translation<typeof english> = {
  closing: {
    title_one: 'Er is nog een sessie open',
    title_other: 'Er zijn nog {{count}} sessies open',
    ways: 'Manieren om te sluiten',
    back: 'Terug',
    finish: 'Eerst afronden…',
    finishText: 'Kies het resultaat van het werk. Het wordt opgeslagen en de toepassing blijft open.',
    interrupt: 'Afbreken zonder resultaat en sluiten',
    interruptText_one: 'De sessie stopt meteen en er wordt geen resultaat opgeslagen.',
    interruptText_other: 'Al deze sessies stoppen meteen en er wordt geen resultaat opgeslagen.',
    untilSome:
      'De server houdt elke sessie vast tot de sleutel verloopt, hooguit vijf minuten. Er worden geen resultaten opgeslagen.',
    interrupting: 'De sessie wordt afgebroken…',
    interruptFailed: 'De sessie kon niet worden afgebroken',
    interruptFailedHelp:
      'De toepassing is nog open. Controleer het netwerk van deze computer en probeer het opnieuw, of laat de sessie open en sluit.',
    leave: 'Open laten en sluiten',
    closeAnyway: 'Toch sluiten',
    closing: 'Wordt gesloten…',
    endsWithEngine:
      'De ingebouwde simulator sluit samen met de toepassing, en de sessie ook. Er wordt geen resultaat opgeslagen.',
    beingFinished: 'Het resultaat wordt nu opgeslagen. Het sluiten wacht daar enkele seconden op, niet langer.',
    notClaimed:
      'De sessie is nog niet overgenomen. De server sluit haar vanzelf, meestal binnen een minuut. Er wordt geen resultaat opgeslagen.',
    untilTokenEnds:
      'De sleutel van de sessie is geldig tot {{time}}. Ongeveer zo lang bewaart de server de sessie en blijft de verbinding bezet. Er wordt geen resultaat opgeslagen.',
    foundAgain:
      'Start u voor die tijd op hetzelfde ticket of dezelfde diagnose-adapter, dan herkent de toepassing de sessie als haar eigen en biedt aan haar af te breken. Hervatten kan als deze computer de sleutel veilig kan bewaren.',
  },
}
