import type { Language } from '../shared/languages.ts'
import type { PlaintextQuestion } from './plaintext-question.ts'

interface Texts {
  readonly question: string
  readonly explanation: string
  readonly refuse: string
  readonly allow: string
}

const texts: Record<Language, Texts> = {
  en: {
    question: 'Store secrets on this computer without protection?',
    explanation:
      'This computer has no keyring that could protect them. Whoever can read the files of this user can then read client secret, passwords and keys, also from a copy of the disk. Without your consent they are kept until you close the application.',
    refuse: 'Keep until I close',
    allow: 'I agree: store without protection',
  },
  de: {
    question: 'Geheimnisse ungeschützt auf diesem Computer speichern?',
    explanation:
      'Dieser Computer hat keinen Schlüsselbund, der sie schützen könnte. Wer die Dateien dieses Benutzers lesen kann, liest dann auch Client-Geheimnis, Passwörter und Schlüssel, selbst aus einer Kopie der Festplatte. Ohne Ihre Zustimmung bleiben sie erhalten, bis Sie die Anwendung schließen.',
    refuse: 'Bis zum Schließen behalten',
    allow: 'Ich stimme zu: ungeschützt speichern',
  },
  nl: {
    question: 'Geheimen onbeschermd op deze computer opslaan?',
    explanation:
      'Deze computer heeft geen sleutelbos die ze kan beschermen. Wie de bestanden van deze gebruiker kan lezen, leest dan ook clientgeheim, wachtwoorden en sleutels, zelfs uit een kopie van de schijf. Zonder uw toestemming blijven ze bewaard tot u de toepassing sluit.',
    refuse: 'Bewaren tot ik sluit',
    allow: 'Akkoord: onbeschermd opslaan',
  },
  fr: {
    question: 'Enregistrer les secrets sans protection sur cet ordinateur ?',
    explanation:
      'Cet ordinateur n’a pas de trousseau qui pourrait les protéger. Toute personne qui peut lire les fichiers de cet utilisateur peut alors lire le secret du client, les mots de passe et les clés, même sur une copie du disque. Sans votre accord, ils sont gardés jusqu’à la fermeture de l’application.',
    refuse: 'Garder jusqu’à la fermeture',
    allow: 'J’accepte : enregistrer sans protection',
  },
}

const allowButton = 1

/** Asks a person, outside the page, for the consent to store secrets without protection. */
export function unprotectedConsent(
  language: () => Language,
  show: (question: PlaintextQuestion) => Promise<{ readonly response: number }>,
): () => Promise<boolean> {
  return async () => {
    const { question, explanation, refuse, allow } = texts[language()]
    const { response } = await show({
      type: 'warning',
      message: question,
      detail: explanation,
      buttons: [refuse, allow],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    return response === allowButton
  }
}
