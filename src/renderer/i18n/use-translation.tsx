import type { i18n, TFunction } from 'i18next'
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'
import type { Language } from '../../shared/languages.ts'

/** The texts of the page in its present language. */
interface Translation {
  readonly t: TFunction
  readonly language: string
  /** Shows the page in another language; keeps nothing. */
  readonly showIn: (language: Language) => void
}

const TranslationContext = createContext<Translation | null>(null)

/**
 * The texts for everything inside. One place follows the language for all components: with react-i18next each of them does, and
 * makes a copy of the whole i18next instance when it is drawn for the first time (docs/measurements.md).
 */
export function TranslationProvider({ texts, children }: { texts: i18n; children: ReactNode }) {
  const [subscribe, read] = useMemo(() => {
    const listen = (changed: () => void) => {
      texts.on('languageChanged', changed)
      return () => texts.off('languageChanged', changed)
    }
    return [listen, () => texts.language] as const
  }, [texts])
  const language = useSyncExternalStore(subscribe, read)
  const translation = useMemo(
    () => ({
      t: rememberingTexts(texts.getFixedT(language)),
      language,
      showIn: (other: Language) => void texts.changeLanguage(other),
    }),
    [texts, language],
  )
  return <TranslationContext value={translation}>{children}</TranslationContext>
}

/** The texts of the page. Throws outside the application. */
export function useTranslation(): Translation {
  const translation = useContext(TranslationContext)
  if (translation === null) throw new Error('No texts around this component')
  return translation
}

/** Looks each text without values up once; the texts of a language do not change while the page is open. */
function rememberingTexts(t: TFunction): TFunction {
  const find = t as (key: string, values?: object) => string
  const known = new Map<string, string>()
  const look = (key: string, values?: object): string => {
    if (values !== undefined) return find(key, values)
    const text = known.get(key) ?? find(key)
    known.set(key, text)
    return text
  }
  return look as TFunction
}
