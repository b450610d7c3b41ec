import type { jobLog as english } from '../en/job-log.ts'
import type { Translation } from '../translation.ts'

/** French texts of the log of a job. */
export const jobLog: Translation<typeof english> = {
  jobLog: {
    said: '{{function}} : {{text}}',
    leftOut_one: '{{count}} ligne du journal a été omise, car il y en avait trop à la fois',
    leftOut_other: '{{count}} lignes du journal ont été omises, car il y en avait trop à la fois',
    forgotten_one: '{{count}} ligne plus ancienne du journal n’est plus affichée',
    forgotten_other: '{{count}} lignes plus anciennes du journal ne sont plus affichées',
    loading: 'Chargement du journal…',
    show: 'Afficher',
    shows: {
      all: 'Tout',
      questions: 'Questions et réponses',
      problems: 'Problèmes',
      lines: 'Lignes du journal',
    },
    empty: {
      all: 'Rien ne s’est encore passé',
      questions: 'Aucune question',
      problems: 'Aucun problème',
      lines: 'Aucune ligne',
    },
    emptyText: {
      all: 'Chaque étape de cette intervention apparaît ici.',
      questions: 'Les questions et vos réponses apparaissent ici.',
      problems: 'Les avertissements, les erreurs et les pertes de connexion apparaissent ici.',
      lines: 'Ce que les fonctions notent pendant leur travail apparaît ici.',
    },
  },
}
