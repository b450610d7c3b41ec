import type { ReactNode } from 'react'
import { holdOtherEnters } from './enter-key.ts'

interface EntryFormProps {
  readonly className: string
  readonly onSend: () => void
  readonly children: ReactNode
  readonly label?: string
}

/** A form that Enter sends, unless Enter belongs to an input method or is held down. Its fields show their own errors. */
export function EntryForm({ className, onSend, children, label }: EntryFormProps) {
  return (
    <form
      className={className}
      aria-label={label}
      noValidate
      onKeyDown={holdOtherEnters}
      onSubmit={(event) => {
        event.preventDefault()
        onSend()
      }}
    >
      {children}
    </form>
  )
}
