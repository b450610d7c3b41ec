import type { Failure } from '../../shared/outcome.ts'
import { useTranslation } from '../i18n/use-translation.tsx'
import { Action } from './Action.tsx'
import { FailureText } from './FailureText.tsx'
import { Notice } from './Notice.tsx'
import { useNextAction } from './next-action.ts'

interface FailureNoticeProps {
  readonly failure: Failure
  readonly title?: string
  readonly retry?: () => void
}

/** A failure inside the page, with the button for what to do next. */
export function FailureNotice({ failure, title, retry }: FailureNoticeProps) {
  const { t } = useTranslation()
  const act = useNextAction(failure, retry)
  return (
    <Notice
      tone="danger"
      role="alert"
      title={title}
      actions={act !== null && <Action onPress={act}>{t(`action.${failure.nextAction}`)}</Action>}
    >
      <FailureText failure={failure} />
    </Notice>
  )
}
