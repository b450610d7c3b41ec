import type { help as english } from '../en/help.ts'
import type { Translation } from '../translation.ts'

/** French texts of the help. */
export const help: Translation<typeof english> = {
  help: {
    title: 'Aide',
    open: 'Aide et raccourcis clavier',
    keyboard: 'Raccourcis clavier',
    text: 'Un raccourci affiche seulement quelque chose. Aucun ne répond à une question, ne lance, n’arrête ni ne termine quoi que ce soit. Tant qu’un champ contient du texte, ils attendent, pour que rien ne soit perdu.',
    keys: {
      help: 'F1',
      start: 'F2',
      asking: 'F3',
      history: 'F4',
      focus: 'F6',
      job: 'Ctrl+1 … Ctrl+9',
      move: 'Tab, Maj+Tab',
      press: 'Entrée, Espace',
      close: 'Échap',
    },
    jobKeysMac: '⌘1 … ⌘9',
    does: {
      help: 'Afficher cette aide',
      start: 'Afficher l’accueil',
      asking: 'Afficher l’intervention suivante qui pose une question',
      history: 'Afficher l’historique',
      focus: 'Aller à la question, sinon au titre',
      job: 'Afficher la première à la neuvième intervention',
      move: 'Aller au bouton ou au champ suivant ou précédent',
      press: 'Appuyer sur le bouton sélectionné',
      close: 'Fermer une fenêtre',
    },
    nothingAsks: 'Aucune autre intervention ne pose de question.',
    asking_one: '{{count}} autre intervention pose une question. L’afficher',
    asking_other: '{{count}} autres interventions posent une question. Afficher la suivante',
  },
}
