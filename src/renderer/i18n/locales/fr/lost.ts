import type { lost as english } from '../en/lost.ts'
import type { Translation } from '../translation.ts'

/** French texts about a lost way to the server. */
export const lost: Translation<typeof english> = {
  lost: {
    tryNow: 'Réessayer maintenant',
    locked: 'Les réponses sont bloquées jusqu’au retour de la connexion.',
    left: 'La session expire dans {{left}} si la connexion ne revient pas.',
    unconfirmed: 'Le résultat n’est pas encore confirmé.',
    unconfirmedExpired: 'La session a expiré. Seul le serveur sait si le résultat est arrivé.',
    said: 'Les réponses sont bloquées.',
    saidLeft_one: 'Les réponses sont bloquées. La session expire dans {{count}} minute si la connexion ne revient pas.',
    saidLeft_other:
      'Les réponses sont bloquées. La session expire dans {{count}} minutes si la connexion ne revient pas.',
    notAborted: 'Réessayez quand la connexion sera revenue, ou fermez l’intervention ici.',
    close: 'Fermer l’intervention…',
    closeTitle: 'Fermer cette intervention alors que sa session est ouverte ?',
    closeText:
      'L’intervention quitte cette fenêtre et plus rien n’est envoyé pour elle. Le serveur met fin à la session quand sa clé expire, dans cinq minutes au plus tard. Aucun résultat n’est enregistré.',
    closeTextUnconfirmed:
      'L’intervention quitte cette fenêtre. On ne sait pas si votre résultat est enregistré. Après le prochain démarrage de l’application, vous la trouverez sous « Non terminées ».',
    closeConfirm: 'Fermer l’intervention',
  },
}
