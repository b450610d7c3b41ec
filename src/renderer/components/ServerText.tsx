import { useMemo } from 'react'
import { useTranslation } from '../i18n/use-translation.tsx'
import { visibleText } from './visible-text.ts'

/** The maximum of characters laid out at once: a text of some megabytes would freeze the page for minutes. */
export const longestShown = 16_384

/**
 * Text of a server or a function: plain text with isolated direction and no invisible characters. A long text is cut, and the
 * rest is counted.
 */
export function ServerText({ children, className }: { children: string; className?: string }) {
  const { t } = useTranslation()
  const text = useMemo(() => visibleText(children.slice(0, longestShown)), [children])
  const left = children.length - longestShown
  return (
    <bdi className={className} dir="auto">
      {text}
      {left > 0 && <span className="hint"> {t('app.moreCharacters', { count: left })}</span>}
    </bdi>
  )
}
