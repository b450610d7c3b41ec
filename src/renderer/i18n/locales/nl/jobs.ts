import type { jobs as english } from '../en/jobs.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const jobs: Translation<typeof english> = {
  jobs: {
    title: 'Opdrachten',
    questions_one: '{{count}} vraag',
    questions_other: '{{count}} vragen',
    onServer: 'op {{server}}',
  },
  journal: {
    title: 'Het verslag wordt niet opgeslagen',
    text: 'U kunt doorwerken. Alles wordt opgeslagen zodra de schijf weer schrijft.',
    'disk-full': 'De schijf van deze computer is vol. Maak ruimte vrij.',
    'read-only': 'De toepassing kan niet in haar map schrijven. Controleer de rechten.',
    locked: 'Een ander programma gebruikt het verslag. Sluit dat programma.',
    slow: 'De schijf van deze computer is erg traag.',
    damaged: 'Het verslagbestand is beschadigd.',
    unknown: 'De schijf van deze computer meldt een fout.',
    setAside: 'Het verslag van eerdere opdrachten kon niet worden gelezen',
    setAsideText: 'Het staat nu als {{file}} in de map van de toepassing. Er is een nieuw verslag begonnen.',
    startWithout: 'Starten zonder verslag',
    finishWithout: 'Afronden zonder verslag',
    without: 'Als deze computer nu uitvalt, ontbreekt deze stap in het verslag.',
  },
  storage: {
    'set-aside': 'De opgeslagen instellingen en servers kunnen niet worden gelezen',
    'set-aside-text': 'Ze staan als {{file}} in de map van de toepassing. Kies uw taal en servers opnieuw.',
    'left-alone': 'De opgeslagen instellingen en servers konden niet worden geopend',
    'left-alone-text':
      'Ze zijn niet veranderd. Misschien is de schijf vol of gebruikt een ander programma het bestand. Wat u nu wijzigt, blijft alleen bewaard tot u de toepassing sluit.',
    'memory-only': 'Op deze schijf kan niets worden opgeslagen',
    'memory-only-text': 'Instellingen, servers en verslagen blijven alleen bewaard tot u de toepassing sluit.',
  },
  copy: {
    copy: 'Verbinding kopiëren',
    title: 'Een eigen script verbinden',
    text: 'Kopieert het adres en een sleutel van deze server als OPENOBD_…-regels. Plak ze in een terminal; een diagnosefunctie die u daar start, stelt haar vragen hier.',
    done: 'Verbinding gekopieerd. Plak deze in de terminal van uw script. Er staat een sleutel in: deel die niet.',
  },
}
