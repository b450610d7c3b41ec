import { useNow } from '../../components/use-now.ts'
import { formatElapsed } from '../../i18n/format.ts'

/** A running time with a fixed width. Screen readers can read it in the header; a tile, whose name it would change, hides it. */
export function Elapsed({ since, isHidden = false }: { since: number; isHidden?: boolean }) {
  const now = useNow(1000)
  const time = formatElapsed(now - since)
  if (isHidden)
    return (
      <span className="elapsed" aria-hidden="true">
        {time}
      </span>
    )
  return (
    <span className="elapsed" role="timer" aria-live="off">
      {time}
    </span>
  )
}
