import { Component, type ReactNode } from 'react'
import { useTranslation } from '../i18n/use-translation.tsx'
import { Action } from './Action.tsx'
import { Notice } from './Notice.tsx'

/** Limits a bug to one part of the page; this part can be drawn again. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true }
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    return <Broken redraw={() => this.setState({ hasFailed: false })} />
  }
}

function Broken({ redraw }: { redraw: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="waiting">
      <Notice
        tone="danger"
        role="alert"
        title={t('app.errorTitle')}
        actions={
          <Action look="primary" onPress={redraw}>
            {t('app.redraw')}
          </Action>
        }
      >
        <p>{t('app.errorText')}</p>
      </Notice>
    </div>
  )
}
