import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { visibleText } from './visible-text.ts'

/** More characters of one text are never laid out at once: a page stands still for minutes over some megabytes of them. */
export const longestShown = 16_384

/** Words of a server or a function: text only, its direction kept to itself, nothing invisible; what is too long is cut and counted. */
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
