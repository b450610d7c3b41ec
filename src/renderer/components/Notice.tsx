import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Tone } from './Chip.tsx'
import { Icon } from './Icon.tsx'

const icons = { neutral: Info, info: Info, good: CircleCheck, warning: TriangleAlert, danger: CircleAlert }

interface NoticeProps {
  readonly tone: Tone
  readonly title?: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** `alert` interrupts a screen reader, `status` waits. */
  readonly role?: 'alert' | 'status'
}

/** A message inside the page. */
export function Notice({ tone, title, children, actions, role }: NoticeProps) {
  return (
    <div className={`notice tone--${tone}`} role={role}>
      <Icon of={icons[tone]} size={22} />
      <div className="notice__text">
        {title !== undefined && <p className="notice__title">{title}</p>}
        {children}
      </div>
      {actions !== undefined && <div className="notice__actions">{actions}</div>}
    </div>
  )
}
