import type { history as english } from '../en/history.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const history: Translation<typeof english> = {
  history: {
    title: 'Historique',
    search: 'Rechercher',
    searchHint: 'Plaque, véhicule, ticket, VIN, pont ou numéro de boîtier.',
    jobs: 'Interventions',
    loading: 'Chargement des interventions…',
    empty: 'Pas encore d’intervention',
    emptyText: 'Chaque intervention apparaît ici avec toutes ses étapes.',
    noneFound: 'Aucune intervention trouvée',
    noneFoundText: 'Vérifiez l’orthographe, ou cherchez une partie de la plaque ou du numéro.',
    more: 'Afficher les interventions plus anciennes',
    today: 'Aujourd’hui',
    yesterday: 'Hier',
    open: 'Ouverte',
    notStarted: 'Non démarrée',
    end: {
      finished: 'Terminée',
      'interrupted-here': 'Abandonnée',
      interrupted: 'Abandonnée',
      failed: 'Échouée',
      expired: 'Expirée',
      lost: 'Perdue',
    },
    back: 'Retour à la liste',
    close: 'Fermer l’historique',
    steps: 'Déroulement',
    stepsLoading: 'Chargement des étapes…',
    unreadable_one:
      '{{count}} étape provient d’une version plus récente de l’application et ne peut pas être affichée.',
    unreadable_other:
      '{{count}} étapes proviennent d’une version plus récente de l’application et ne peuvent pas être affichées.',
    details: 'Détails',
    export: 'Exporter en JSON…',
    exportShown_one: 'Exporter l’intervention affichée en JSON…',
    exportShown_other: 'Exporter les {{count}} interventions affichées en JSON…',
    exported: 'Le fichier a été enregistré.',
    delete: 'Supprimer…',
    deleteTitle: 'Supprimer définitivement cette intervention ?',
    deleteText: 'L’intervention et toutes ses étapes sont supprimées de cet ordinateur. Cette action est irréversible.',
    deleteConfirm: 'Supprimer définitivement',
    deleteFailed: 'L’intervention n’a pas été supprimée',
    inUse: 'L’intervention est encore ouverte. Fermez-la d’abord.',
    deleted: 'L’intervention a été supprimée.',
    keptForever: 'Les interventions fermées sont conservées jusqu’à ce que vous les supprimiez.',
    keptFor_one: 'Les interventions fermées sont supprimées automatiquement après {{count}} jour.',
    keptFor_other: 'Les interventions fermées sont supprimées automatiquement après {{count}} jours.',
    change: 'Modifier…',
  },
}
