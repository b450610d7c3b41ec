import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from '../i18n/use-translation.tsx'
import { asksSomething } from '../store/ended-prompts.ts'
import { useSlice } from '../store/workbench.ts'
import { Icon } from './Icon.tsx'
import { Notice } from './Notice.tsx'

interface WindowProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly footer?: ReactNode
  readonly role?: 'dialog' | 'alertdialog'
  readonly size?: 'small' | 'medium' | 'large'
  /** The dialog cannot be closed, because something runs that cannot be stopped. */
  readonly isLocked?: boolean
}

/** A dialog: title and buttons stay in place, the middle scrolls. */
export function Window(props: WindowProps) {
  const { t } = useTranslation()
  const isLocked = props.isLocked ?? false
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={false}
      isKeyboardDismissDisabled={isLocked}
      onOpenChange={(isOpen) => !isOpen && props.onClose()}
    >
      <Modal className={`window window--${props.size ?? 'medium'}`}>
        <Dialog className="window__dialog" role={props.role ?? 'dialog'}>
          <header className="window__head">
            <Heading slot="title" level={2}>
              {props.title}
            </Heading>
            {!isLocked && (
              <Button
                className="action action--quiet action--square"
                aria-label={t('app.close')}
                onPress={props.onClose}
              >
                <Icon of={X} />
              </Button>
            )}
          </header>
          <div className="window__body">
            <WaitingQuestion />
            {props.children}
          </div>
          {props.footer !== undefined && <footer className="window__foot">{props.footer}</footer>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function WaitingQuestion() {
  const { t } = useTranslation()
  const prompts = useSlice('prompts')
  const isWaiting = prompts.some((prompt) => asksSomething(prompt) && prompt.answer.state === 'open')
  return isWaiting ? <Notice tone="info" role="status" title={t('app.questionWaiting')} /> : null
}
