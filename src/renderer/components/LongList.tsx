import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'

/** From this length on only visible items are in the page. */
const shortest = 60

interface LongListProps<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  readonly label: string
  /** The estimated height of an item that was not visible yet, in px. */
  readonly height: number
  readonly children: (item: T) => ReactNode
}

/** A list that may have ten thousand items; it scrolls with the window. */
export function LongList<T>(props: LongListProps<T>) {
  const { items, keyOf, label, children } = props
  if (items.length > shortest) return <VirtualList {...props} />
  return (
    <ul className="items" aria-label={label}>
      {items.map((item) => (
        <li key={keyOf(item)}>{children(item)}</li>
      ))}
    </ul>
  )
}

function VirtualList<T>({ items, keyOf, label, height, children }: LongListProps<T>) {
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  // Content above the list may grow, so its position is measured after each drawing.
  useLayoutEffect(() => {
    const now = (list.current?.getBoundingClientRect().top ?? 0) + window.scrollY
    if (Math.abs(now - top) > 1) setTop(now)
  })
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => height,
    getItemKey: (index) => {
      const item = items[index]
      return item === undefined ? index : keyOf(item)
    },
    overscan: 8,
    scrollMargin: top,
  })
  return (
    <ul ref={list} className="items items--long" aria-label={label} style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ key, index, start }) => {
        const item = items[index]
        return item === undefined ? null : (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {children(item)}
          </li>
        )
      })}
    </ul>
  )
}
