import type { jobs as english } from '../en/jobs.ts'
import type { Translation } from '../translation.ts'

/** French texts. */
export const jobs: Translation<typeof english> = {
  jobs: {
    title: 'Interventions',
    questions_one: '{{count}} question',
    questions_other: '{{count}} questions',
    onServer: 'sur {{server}}',
  },
  journal: {
    title: 'L’historique n’est pas enregistré',
    text: 'Vous pouvez continuer à travailler. Tout sera enregistré dès que le disque l’acceptera.',
    'disk-full': 'Le disque de cet ordinateur est plein. Libérez de l’espace.',
    'read-only': 'L’application ne peut pas écrire dans son dossier. Vérifiez les droits d’accès.',
    locked: 'Un autre programme utilise l’historique. Fermez ce programme.',
    slow: 'Le disque de cet ordinateur est très lent.',
    damaged: 'Le fichier de l’historique est endommagé.',
    unknown: 'Le disque de cet ordinateur signale une erreur.',
    setAside: 'L’historique des interventions précédentes n’a pas pu être lu',
    setAsideText:
      'Il a été gardé sous le nom {{file}} dans le dossier de l’application. Un nouvel historique a été créé.',
    startWithout: 'Démarrer sans historique',
    finishWithout: 'Terminer sans historique',
    without: 'Si cet ordinateur s’arrête maintenant, cette étape manquera dans l’historique.',
  },
  storage: {
    'set-aside': 'Les réglages et serveurs enregistrés sont illisibles',
    'set-aside-text':
      'Ils ont été gardés sous le nom {{file}} dans le dossier de l’application. Choisissez de nouveau la langue et les serveurs.',
    'left-alone': 'Les réglages et serveurs enregistrés n’ont pas pu être ouverts',
    'left-alone-text':
      'Ils sont intacts. Le disque est peut-être plein, ou un autre programme utilise le fichier. Vos modifications ne sont gardées que jusqu’à la fermeture de l’application.',
    'memory-only': 'Rien ne peut être enregistré sur ce disque',
    'memory-only-text':
      'Les réglages, les serveurs et l’historique ne sont gardés que jusqu’à la fermeture de l’application.',
  },
  copy: {
    copy: 'Copier la connexion',
    title: 'Connecter votre propre script',
    text: 'Copie l’adresse et une clé de ce serveur sous forme de lignes OPENOBD_…. Collez-les dans un terminal ; une fonction de diagnostic lancée dans ce terminal pose ses questions ici.',
    done: 'Connexion copiée. Collez-la dans le terminal de votre script. Elle contient une clé : ne la partagez pas.',
  },
}
