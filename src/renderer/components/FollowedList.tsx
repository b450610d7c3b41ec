import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useTranslation } from '../i18n/use-translation.tsx'
import { Action } from './Action.tsx'
import { useFollowing } from './use-following.ts'

interface FollowedListProps<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string | number
  readonly label: string
  /** The estimated height of an item that was not visible yet, in px. */
  readonly height: number
  readonly classOf: (item: T) => string
  readonly children: (item: T) => ReactNode
}

/** A list in a frame that keeps its newest item visible until somebody scrolls back; only visible items are in the page. */
export function FollowedList<T>({ items, keyOf, label, height, classOf, children }: FollowedListProps<T>) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    getItemKey: (index) => {
      const item = items[index]
      return item === undefined ? index : keyOf(item)
    },
    overscan: 12,
    initialRect: { width: 600, height: 240 },
  })
  const { isFollowing, follow, scrolled } = useFollowing(virtualizer)
  return (
    <div className="log">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it. */}
      <section ref={frame} className="log__frame" onScroll={scrolled} aria-label={label} tabIndex={0}>
        <ol className="log__lines" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const item = items[index]
            return item === undefined ? null : (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                aria-setsize={items.length}
                aria-posinset={index + 1}
                className={`log__row ${classOf(item)}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                {children(item)}
              </li>
            )
          })}
        </ol>
      </section>
      {!isFollowing && (
        <Action icon={ArrowDown} onPress={follow}>
          {t('log.follow')}
        </Action>
      )}
    </div>
  )
}
