import type { jobs as english } from '../en/jobs.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const jobs: Translation<typeof english> = {
  jobs: {
    title: 'Interventions',
    new: 'Nouvelle intervention',
    show: 'Afficher {{name}}',
    questions_one: '{{count}} question',
    questions_other: '{{count}} questions',
    onServer: 'sur {{server}}',
    full: '{{count}} interventions sont ouvertes',
  },
  journal: {
    title: 'Le journal n’est pas enregistré',
    text: 'Vous pouvez continuer à travailler. Tout sera enregistré dès que le disque l’acceptera.',
    'disk-full': 'Le disque de cet ordinateur est plein. Libérez de la place.',
    'read-only': 'Impossible d’écrire dans le dossier de l’application. Vérifiez les droits d’accès.',
    locked: 'Un autre programme utilise le journal. Fermez-le.',
    slow: 'Le disque de cet ordinateur est très lent.',
    damaged: 'Le fichier du journal est endommagé.',
    unknown: 'Le disque de cet ordinateur signale une erreur.',
    setAside: 'Le journal des interventions précédentes n’a pas pu être lu',
    setAsideText:
      'Il a été mis de côté sous le nom {{file}} dans le dossier de l’application. Un nouveau journal a été créé.',
    startWithout: 'Démarrer sans journal',
    finishWithout: 'Terminer sans journal',
    without: 'Si cet ordinateur s’arrête maintenant, cette étape manquera dans le journal.',
  },
  storage: {
    'set-aside': 'Les réglages et serveurs enregistrés sont illisibles',
    'set-aside-text':
      'Ils ont été mis de côté sous le nom {{file}} dans le dossier de l’application, et tout recommence à neuf. Choisissez de nouveau la langue et les serveurs.',
    'left-alone': 'Les réglages et serveurs enregistrés n’ont pas pu être ouverts cette fois',
    'left-alone-text':
      'Ils sont intacts. Le disque est peut-être plein, ou un autre programme retient le fichier. Ce que vous changez maintenant est gardé jusqu’à la fermeture de l’application.',
    'memory-only': 'Rien ne peut être enregistré sur ce disque',
    'memory-only-text':
      'Les réglages, les serveurs et les traces des sessions sont gardés jusqu’à la fermeture de l’application.',
  },
  copy: {
    copy: 'Copier la connexion',
    title: 'Connecter votre propre script',
    text: 'Copie l’adresse et une clé de ce serveur sous forme de lignes OPENOBD_…. Collez-les dans un terminal ; une fonction de diagnostic lancée là pose ses questions ici.',
    done: 'Connexion copiée. Collez-la dans le terminal de votre script. Elle contient une clé : ne la partagez pas.',
  },
}
