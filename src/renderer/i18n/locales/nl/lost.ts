import type { lost as english } from '../en/lost.ts'
import type { Translation } from '../translation.ts'

/** Dutch texts about a lost way to the server. */
export const lost: Translation<typeof english> = {
  lost: {
    tryNow: 'Nu opnieuw proberen',
    locked: 'Antwoorden kan pas weer als de verbinding terug is.',
    left: 'De sessie verloopt over {{left}} als de verbinding niet terugkomt.',
    unconfirmed: 'Het resultaat is nog niet bevestigd.',
    unconfirmedExpired: 'De sessie is verlopen. Alleen de server weet of het resultaat is aangekomen.',
    said: 'Antwoorden kan nu niet.',
    saidLeft_one: 'Antwoorden kan nu niet. De sessie verloopt over {{count}} minuut als de verbinding niet terugkomt.',
    saidLeft_other:
      'Antwoorden kan nu niet. De sessie verloopt over {{count}} minuten als de verbinding niet terugkomt.',
    notAborted: 'Probeer het opnieuw als de verbinding terug is, of sluit de opdracht hier.',
    close: 'Opdracht sluiten…',
    closeTitle: 'Deze opdracht sluiten terwijl de sessie openstaat?',
    closeText:
      'De opdracht verdwijnt uit dit venster en er wordt niets meer voor verzonden. De server beëindigt de sessie als de sleutel verloopt, uiterlijk over vijf minuten. Er wordt geen resultaat opgeslagen.',
    closeTextUnconfirmed:
      'De opdracht verdwijnt uit dit venster. Of uw resultaat is opgeslagen, is niet bekend. Na de volgende start van de toepassing staat ze onder ‘Niet afgerond’.',
    closeConfirm: 'Opdracht sluiten',
  },
}
