import type { closing as english } from '../en/closing.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const closing: Translation<typeof english> = {
  closing: {
    title_one: 'Une session est encore ouverte',
    title_other: '{{count}} sessions sont encore ouvertes',
    ways: 'Façons de fermer',
    back: 'Revenir',
    finish: 'Terminer d’abord…',
    finishText: 'Choisissez le résultat du travail. Il est enregistré et l’application reste ouverte.',
    interrupt: 'Abandonner sans résultat et fermer',
    interruptText_one: 'La session s’arrête aussitôt et aucun résultat n’est enregistré.',
    interruptText_other: 'Toutes ces sessions s’arrêtent aussitôt et aucun résultat n’est enregistré.',
    untilSome:
      'Le serveur garde chaque session jusqu’à l’expiration de sa clé, cinq minutes au plus. Aucun résultat n’est enregistré.',
    interrupting: 'Abandon de la session…',
    interruptFailed: 'La session n’a pas pu être abandonnée',
    interruptFailedHelp:
      'L’application est encore ouverte. Vérifiez le réseau de cet ordinateur et réessayez, ou laissez la session ouverte et fermez.',
    leave: 'Laisser ouverte et fermer',
    closeAnyway: 'Fermer quand même',
    closing: 'Fermeture…',
    endsWithEngine:
      'Le simulateur intégré se ferme avec l’application, et la session avec lui. Aucun résultat n’est enregistré.',
    beingFinished: 'Le résultat est en cours d’enregistrement. La fermeture l’attend quelques secondes, pas davantage.',
    notClaimed:
      'La session n’est pas encore prise en charge. Le serveur la ferme de lui-même, en général en moins d’une minute. Aucun résultat n’est enregistré.',
    untilTokenEnds:
      'La clé de la session est valable jusqu’à {{time}}. Jusque-là environ, le serveur garde la session et sa connexion reste occupée. Aucun résultat n’est enregistré.',
    foundAgain:
      'Si vous démarrez avant cela sur le même ticket ou boîtier de diagnostic, l’application reconnaît la session comme la sienne et propose de l’abandonner. Elle peut être reprise si cet ordinateur peut conserver sa clé en sécurité.',
  },
}
