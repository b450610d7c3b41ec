import type { Virtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'

/** A position closer to the end counts as the newest line, in px. */
const nearEnd = 24

/** Whether a list keeps its newest line visible, and its scroll handlers. */
export interface Following {
  readonly isFollowing: boolean
  /** Scrolls to the newest line and follows it. */
  readonly follow: () => void
  readonly scrolled: () => void
}

/**
 * Keeps the newest line visible until somebody scrolls back, and again when they return to it. A line has its real height only
 * after it was drawn: the end then moves although nobody has scrolled.
 */
export function useFollowing(virtualizer: Virtualizer<HTMLDivElement, Element>): Following {
  const [isFollowing, setFollowing] = useState(true)
  const lastTop = useRef(0)
  const { count } = virtualizer.options
  const height = virtualizer.getTotalSize()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves with each of these.
  useLayoutEffect(() => {
    if (isFollowing && count > 0) virtualizer.scrollToEnd()
  }, [virtualizer, isFollowing, count, height])
  const scrolled = () => {
    const element = virtualizer.scrollElement
    if (element === null) return
    const isBack = element.scrollTop < lastTop.current
    lastTop.current = element.scrollTop
    if (element.scrollTop + element.clientHeight >= element.scrollHeight - nearEnd) setFollowing(true)
    else if (isBack) setFollowing(false)
  }
  return { isFollowing, follow: () => setFollowing(true), scrolled }
}
