import type { history as english } from '../en/history.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const history: Translation<typeof english> = {
  history: {
    title: 'Geschiedenis',
    search: 'Zoeken',
    searchHint: 'Kenteken, auto, ticket, VIN, brug of adapternummer.',
    jobs: 'Opdrachten',
    loading: 'Opdrachten worden geladen…',
    empty: 'Nog geen opdrachten',
    emptyText: 'Elke opdracht verschijnt hier met alle stappen.',
    noneFound: 'Geen opdracht gevonden',
    noneFoundText: 'Controleer de spelling, of zoek op een deel van het kenteken of nummer.',
    more: 'Oudere opdrachten tonen',
    today: 'Vandaag',
    yesterday: 'Gisteren',
    open: 'Open',
    notStarted: 'Niet gestart',
    end: {
      finished: 'Afgerond',
      'interrupted-here': 'Afgebroken',
      interrupted: 'Afgebroken',
      failed: 'Mislukt',
      expired: 'Verlopen',
      lost: 'Verloren',
    },
    back: 'Terug naar de lijst',
    close: 'Geschiedenis sluiten',
    steps: 'Wat er is gebeurd',
    stepsLoading: 'Stappen worden geladen…',
    unreadable_one: '{{count}} stap komt uit een nieuwere versie van de toepassing en kan niet worden getoond.',
    unreadable_other:
      '{{count}} stappen komen uit een nieuwere versie van de toepassing en kunnen niet worden getoond.',
    details: 'Details',
    export: 'Exporteren als JSON…',
    exportShown_one: 'Getoonde opdracht exporteren als JSON…',
    exportShown_other: '{{count}} getoonde opdrachten exporteren als JSON…',
    exported: 'Het bestand is opgeslagen.',
    delete: 'Verwijderen…',
    deleteTitle: 'Deze opdracht definitief verwijderen?',
    deleteText:
      'De opdracht en alle stappen worden van deze computer verwijderd. Dit kan niet ongedaan worden gemaakt.',
    deleteConfirm: 'Definitief verwijderen',
    deleteFailed: 'De opdracht is niet verwijderd',
    inUse: 'De opdracht is nog open. Sluit die eerst.',
    deleted: 'De opdracht is verwijderd.',
    keptForever: 'Gesloten opdrachten blijven bewaard tot u ze verwijdert.',
    keptFor_one: 'Gesloten opdrachten worden na {{count}} dag automatisch verwijderd.',
    keptFor_other: 'Gesloten opdrachten worden na {{count}} dagen automatisch verwijderd.',
    change: 'Wijzigen…',
  },
}
