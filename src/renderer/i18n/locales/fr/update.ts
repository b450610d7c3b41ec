import type { update as english } from '../en/update.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const update: Translation<typeof english> = {
  update: {
    title: 'Mises à jour',
    idle: 'Vous avez la version la plus récente.',
    unknown: 'Pas encore vérifié.',
    checkedAt: 'Dernière vérification : {{at}}',
    checking: 'Recherche de mises à jour…',
    available: 'La version {{version}} est disponible.',
    downloading: 'Téléchargement de la version {{version}} : {{percent}} %',
    ready: 'La version {{version}} est prête. L’application se ferme, l’installe et redémarre.',
    installing: 'Installation de la version {{version}}…',
    afterJob: 'Elle pourra être installée quand aucune intervention ne sera ouverte.',
    check: 'Rechercher des mises à jour',
    download: 'Télécharger la version {{version}}',
    install: 'Installer maintenant',
    off: {
      'not-packed': 'Ceci est une version de développement : elle ne reçoit pas de mises à jour.',
      'no-feed': 'Aucun serveur de mise à jour n’est réglé pour cette installation.',
      'by-system': 'Les mises à jour viennent du gestionnaire de paquets du système.',
    },
  },
}
