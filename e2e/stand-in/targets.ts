import { setTimeout as pause } from 'node:timers/promises'
import { isVisible } from './chromium.ts'
import { runningChromium } from './runtime.ts'

interface TargetInfo {
  readonly targetId: string
  readonly type: string
  readonly url: string
  readonly openerId?: string
}

const owners = new Map<string, (targetId: string) => void>()
const strangers: TargetInfo[] = []
let pending = 0
let firstWindowTaken = false
let firstWindowAnnounced = false
let openedBy: ((openerId: string | undefined, address: string) => void) | undefined

/** Watches Chromium's targets: one that disappears is reported to its window, one that a page opened is closed. */
export async function watchTargets(
  onOpenedByPage: (openerTargetId: string | undefined, address: string) => void,
): Promise<void> {
  openedBy = onOpenedByPage
  const { cdp } = runningChromium()
  cdp.listen('', (method, params) => {
    if (method === 'Target.targetCreated') created((params as { targetInfo: TargetInfo }).targetInfo)
    if (method === 'Target.targetDestroyed') destroyed((params as { targetId: string }).targetId)
  })
  await cdp.send('Browser.setDownloadBehavior', { behavior: 'deny' })
  await cdp.send('Target.setDiscoverTargets', { discover: true })
}

function created(info: TargetInfo): void {
  if (info.type !== 'page') return
  const isChromiumsFirst = isVisible && !firstWindowAnnounced && info.openerId === undefined
  firstWindowAnnounced = true
  if (isChromiumsFirst) return
  strangers.push(info)
  sortOut()
}

// While a window is being made, its target may be announced before Chromium says which one it is.
function sortOut(): void {
  if (pending > 0) return
  for (const info of strangers.splice(0)) {
    if (owners.has(info.targetId)) continue
    openedBy?.(info.openerId, info.url)
    closeTarget(info.targetId)
  }
}

function destroyed(targetId: string): void {
  const owner = owners.get(targetId)
  owners.delete(targetId)
  owner?.(targetId)
}

// Chromium answers before its own first window exists.
async function chromiumsFirstPage(): Promise<string | undefined> {
  const { cdp } = runningChromium()
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { targetInfos } = await cdp.send<{ targetInfos: TargetInfo[] }>('Target.getTargets')
    const first = targetInfos.find((info) => info.type === 'page')
    if (first) return first.targetId
    await pause(100)
  }
  return undefined
}

async function makeTarget(size: { width: number; height: number }): Promise<string> {
  const { cdp } = runningChromium()
  if (isVisible && !firstWindowTaken) {
    firstWindowTaken = true
    const first = await chromiumsFirstPage()
    if (first !== undefined) {
      await resizeTarget(first, size.width, size.height)
      return first
    }
  }
  const { width, height } = size
  const made = await cdp.send<{ targetId: string }>('Target.createTarget', {
    url: 'about:blank',
    newWindow: true,
    width,
    height,
  })
  return made.targetId
}

/** Creates a page for a window; in visible mode the first one uses Chromium's first, frameless window. */
export async function claimTarget(
  size: { width: number; height: number },
  onLost: (targetId: string) => void,
): Promise<string> {
  pending += 1
  try {
    const targetId = await makeTarget(size)
    owners.set(targetId, onLost)
    return targetId
  } finally {
    pending -= 1
    sortOut()
  }
}

/** Resizes the window of a page. */
export async function resizeTarget(targetId: string, width: number, height: number): Promise<void> {
  const { cdp } = runningChromium()
  const { windowId } = await cdp.send<{ windowId: number }>('Browser.getWindowForTarget', { targetId })
  await cdp.send('Browser.setWindowBounds', { windowId, bounds: { width, height } })
}

/** Closes a page without asking it. */
export function closeTarget(targetId: string): void {
  owners.delete(targetId)
  runningChromium()
    .cdp.send('Target.closeTarget', { targetId })
    .catch(() => {})
}
