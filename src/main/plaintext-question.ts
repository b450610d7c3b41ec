import type { Language } from '../shared/languages.ts'

interface Texts {
  readonly question: string
  readonly explanation: string
  readonly refuse: string
  readonly allow: string
}

const texts: Record<Language, Texts> = {
  en: {
    question: 'Send everything unencrypted to {host}?',
    explanation:
      'Anybody on the network can read and change it, also the client secret and what is sent to a car. Allow this only for a test server of your own.',
    refuse: 'Do not allow',
    allow: 'Allow unencrypted',
  },
  de: {
    question: 'Alles unverschlüsselt an {host} senden?',
    explanation:
      'Jeder im Netz kann es lesen und ändern, auch das Client-Geheimnis und was an ein Fahrzeug geht. Erlauben Sie das nur für einen eigenen Testserver.',
    refuse: 'Nicht erlauben',
    allow: 'Unverschlüsselt erlauben',
  },
  nl: {
    question: 'Alles onversleuteld naar {host} sturen?',
    explanation:
      'Iedereen op het netwerk kan het lezen en veranderen, ook het clientgeheim en wat naar een auto gaat. Sta dit alleen toe voor een eigen testserver.',
    refuse: 'Niet toestaan',
    allow: 'Onversleuteld toestaan',
  },
  fr: {
    question: 'Tout envoyer sans chiffrement à {host} ?',
    explanation:
      'N’importe qui sur le réseau peut le lire et le modifier, y compris le secret du client et ce qui est envoyé à un véhicule. N’autorisez cela que pour votre propre serveur de test.',
    refuse: 'Ne pas autoriser',
    allow: 'Autoriser sans chiffrement',
  },
}

/** The part of Electron's message box that is used here. Refusing is the default, also for Escape and for closing the box. */
export interface PlaintextQuestion {
  readonly type: 'warning'
  readonly message: string
  readonly detail: string
  readonly buttons: string[]
  readonly defaultId: 0
  readonly cancelId: 0
  readonly noLink: true
}

const allowButton = 1

/** Asks one question at a time; a request while one is open is refused. */
export function plaintextConsent(
  language: () => Language,
  show: (question: PlaintextQuestion) => Promise<{ readonly response: number }>,
): (host: string) => Promise<boolean> {
  let isOpen = false
  return async (host) => {
    if (isOpen) return false
    isOpen = true
    try {
      return (await show(plaintextQuestion(language(), host))).response === allowButton
    } finally {
      isOpen = false
    }
  }
}

/** The question whether plaintext to a host is allowed. It is asked outside the page, so that the page cannot answer it. */
function plaintextQuestion(language: Language, host: string): PlaintextQuestion {
  const { question, explanation, refuse, allow } = texts[language]
  return {
    type: 'warning',
    message: question.replace('{host}', () => host),
    detail: explanation,
    buttons: [refuse, allow],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
}
