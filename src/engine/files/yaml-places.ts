import { type Document, isMap, isNode, isPair } from 'yaml'

/** What the file has at a path; undefined when there is nothing. */
export function nodeAt(document: Document, path: readonly PropertyKey[]): unknown {
  return path.length === 0 ? document.contents : document.getIn(path.map(String).map(asIndex), true)
}

/** Offset of the value at a path, or of its nearest parent that exists. */
export function offsetOf(document: Document, path: readonly PropertyKey[], wantsKey: boolean): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const parts = path.slice(0, depth)
    const offset =
      (wantsKey && depth === path.length ? keyOffset(document, parts) : undefined) ?? valueOffset(document, parts)
    if (offset !== undefined) return offset
  }
  return 0
}

function valueOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  const node = nodeAt(document, path)
  return isNode(node) ? node.range?.[0] : undefined
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length === 0 ? undefined : nodeAt(document, path.slice(0, -1))
  if (!isMap(parent)) return undefined
  const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(path.at(-1)))
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined
}

/** Lists are indexed by number, maps by text; the yaml package accepts numbers for maps with text keys too. */
function asIndex(part: string): string | number {
  return /^\d{1,3}$/.test(part) ? Number(part) : part
}

/** A field as messages name it, such as `ecus[2].request`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? String(part) : `${name}.${String(part)}`
  }, '')
}
