import { useState } from 'react'
import { useTranslation } from '../i18n/use-translation.tsx'
import { Action } from './Action.tsx'
import { longestShown, ServerText } from './ServerText.tsx'

/** Characters per piece; the page lays out only visible pieces. */
const pieceLength = 4096

/** A text of a server that may be very long: first its start, and after a press all of it. */
export function LongText({ children }: { children: string }) {
  const { t } = useTranslation()
  const [isWhole, setWhole] = useState(false)
  if (children.length <= longestShown) return <ServerText>{children}</ServerText>
  if (!isWhole) {
    return (
      <>
        <ServerText>{children}</ServerText>
        <Action look="plain" onPress={() => setWhole(true)}>
          {t('app.showAll', { count: children.length })}
        </Action>
      </>
    )
  }
  const pieces = Array.from({ length: Math.ceil(children.length / pieceLength) }, (_, index) => ({
    start: index * pieceLength,
    text: children.slice(index * pieceLength, (index + 1) * pieceLength),
  }))
  return pieces.map(({ start, text }) => (
    <div key={start} className="long-text__piece">
      <ServerText>{text}</ServerText>
    </div>
  ))
}
