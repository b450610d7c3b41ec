import type { LucideIcon } from 'lucide-react'

/** A drawing beside a text; readers of the screen skip it. */
export function Icon({ of: Drawing, size = 20 }: { of: LucideIcon; size?: number }) {
  return <Drawing className="icon" size={size} aria-hidden="true" focusable="false" />
}
