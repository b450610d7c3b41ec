import type { i18n } from 'i18next'
import { useEffect } from 'react'
import type { Settings } from '../shared/app-state.ts'

/** Applies language, theme and text size to the document; without a chosen theme CSS uses that of the system. */
export function useAppearance(texts: i18n, settings: Settings | undefined): void {
  const language = settings?.language
  const theme = settings?.theme
  const textSize = settings?.textSize
  useEffect(() => {
    if (language === undefined) return
    if (texts.language !== language) void texts.changeLanguage(language)
    document.documentElement.lang = language
  }, [texts, language])
  useEffect(() => {
    if (theme === undefined) return
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
  useEffect(() => {
    if (textSize !== undefined) document.documentElement.dataset.textSize = textSize
  }, [textSize])
}
