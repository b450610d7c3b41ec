import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Action } from './Action.tsx'
import { longestShown, ServerText } from './ServerText.tsx'

/** Characters of a piece; the page lays out only the pieces in sight. */
const pieceLength = 4096

/** Words of a server that may be very long: their beginning, and all of them after a press. */
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
