import type { update as english } from '../en/update.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts. */
export const update: Translation<typeof english> = {
  update: {
    title: 'Updates',
    idle: 'U hebt de nieuwste versie.',
    unknown: 'Nog niet gecontroleerd.',
    checkedAt: 'Laatst gecontroleerd: {{at}}',
    checking: 'Zoeken naar updates…',
    available: 'Versie {{version}} is beschikbaar.',
    downloading: 'Versie {{version}} wordt opgehaald: {{percent}} %',
    ready: 'Versie {{version}} staat klaar. De toepassing sluit, installeert de versie en start opnieuw.',
    installing: 'Versie {{version}} wordt geïnstalleerd…',
    afterJob: 'Installeren kan als er geen opdracht open is.',
    check: 'Zoeken naar updates',
    download: 'Versie {{version}} ophalen',
    install: 'Nu installeren',
    off: {
      'not-packed': 'Dit is een build voor ontwikkelaars: die krijgt geen updates.',
      'no-feed': 'Voor deze installatie is geen updateserver ingesteld.',
      'by-system': 'Updates komen via het pakketbeheer van het systeem.',
    },
  },
}
