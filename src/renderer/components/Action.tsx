import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, type PressEvent } from 'react-aria-components'
import { Icon } from './Icon.tsx'

interface ActionProps {
  readonly children: ReactNode
  readonly onPress: (event: PressEvent) => void
  readonly look?: 'primary' | 'soft' | 'plain' | 'quiet' | 'danger'
  readonly icon?: LucideIcon
  /** A name for screen readers when the visible text is not enough. */
  readonly label?: string
  readonly isBusy?: boolean
  readonly isDisabled?: boolean
  readonly autoFocus?: boolean
  readonly describedBy?: string
  /** The place where the person is now. */
  readonly isCurrent?: boolean
}

/** A button of at least 48 px; while busy it keeps its place and focus and cannot be pressed. */
export function Action(props: ActionProps) {
  const { look = 'plain', icon, label, isBusy = false, isDisabled = false } = props
  return (
    <Button
      className={`action action--${look}`}
      onPress={props.onPress}
      isDisabled={isDisabled}
      isPending={isBusy}
      aria-label={label}
      aria-current={props.isCurrent ? 'page' : undefined}
      aria-describedby={props.describedBy}
      autoFocus={props.autoFocus ?? false}
    >
      {isBusy ? <span className="spinner" aria-hidden="true" /> : icon !== undefined && <Icon of={icon} />}
      <span className="action__text">{props.children}</span>
    </Button>
  )
}
