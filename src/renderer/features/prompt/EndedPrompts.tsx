import { X } from 'lucide-react'
import { Action } from '../../components/Action.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useNow } from '../../components/use-now.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useMirror, useScreen, useWorkbench } from '../../store/workbench.ts'
import { shortened } from './prompt-text.ts'

/** How long the note about an ended prompt stays, in ms. */
const noteMs = 20_000

/** Shows which questions ended before they were answered, and why. */
export function EndedPrompts() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const notes = useMirror((mirror) => mirror.notes.notes)
  const dismissed = useScreen((state) => state.dismissedNotes)
  const now = useNow(notes.length > 0 ? 1000 : null)
  const shown = notes.filter((note) => !dismissed.has(note.id) && now < note.endedAt + noteMs)
  if (shown.length === 0) return null
  return (
    <ul className="gone-prompts" aria-label={t('prompt.goneTitle')}>
      {shown.map((note) => (
        <li key={note.id} className="notice tone--info">
          <div className="notice__text" role="status">
            <p className="notice__title">{t(`prompt.gone.${note.reason}`)}</p>
            <p>
              <ServerText>{shortened(note.label, 160)}</ServerText>
            </p>
          </div>
          <Action
            look="quiet"
            icon={X}
            onPress={() => screen.setState({ dismissedNotes: new Set(dismissed).add(note.id) })}
          >
            {t('app.dismiss')}
          </Action>
        </li>
      ))}
    </ul>
  )
}
