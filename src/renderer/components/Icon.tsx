import type { LucideIcon } from 'lucide-react'

/** An icon beside a text, hidden from screen readers. */
export function Icon({ of: Drawing, size = 20 }: { of: LucideIcon; size?: number }) {
  return <Drawing className="icon" size={size} aria-hidden="true" focusable="false" />
}
