import { keptDrafts } from '../../shared/limits.ts'
import type { PageMemory } from '../../shared/page-memory.ts'
import type { Screen } from './screen.ts'
import type { Workbench } from './workbench.ts'

/** How long changes of the page are collected before main gets them, in ms. */
const collectedMs = 200
const mostPlaces = 50

/** What main keeps of a page. Texts that are too long are left out; no field for a secret is ever a draft. */
export function memoryOf(screen: Screen): PageMemory {
  const { places, developerFor, isHistoryShown, historyJob, otherCar, dialog, drafts } = screen
  const kept = [...drafts].filter(([, text]) => text !== '' && text.length <= keptDrafts.characters)
  return {
    places: [...places].slice(-mostPlaces).map(([session, place]) => ({ session, place })),
    developerFor,
    isHistoryShown,
    historyJob,
    otherCar,
    finish: dialog.kind === 'finish' ? { handle: dialog.handle, choice: keptChoice(dialog.choice) } : null,
    drafts: kept.slice(-keptDrafts.count).map(([field, text]) => ({ field, text })),
  }
}

type Choice = NonNullable<NonNullable<PageMemory['finish']>['choice']>

const keptChoice = (choice: Extract<Screen['dialog'], { kind: 'finish' }>['choice']): Choice | null =>
  choice === undefined || choice.description.length > keptDrafts.characters
    ? null
    : { ...choice, results: [...choice.results] }

/** Sends main what it keeps of the page, whenever that changes. Returns the function that ends it. */
export function rememberPage({ api, screen }: Workbench): () => void {
  // Main may keep what an earlier page gave.
  let sent: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const send = () => {
    timer = undefined
    const memory = memoryOf(screen.getState())
    const text = JSON.stringify(memory)
    if (text === sent) return
    sent = text
    // Without main there is nothing to come back to.
    api.keepPage(memory).catch(() => undefined)
  }
  const unsubscribe = screen.subscribe(() => {
    timer ??= setTimeout(send, collectedMs)
  })
  return () => {
    unsubscribe()
    clearTimeout(timer)
  }
}

/** Brings a new page to where the last one was; a page that is the first one stays as it is. Never throws. */
export async function recallPage({ api, screen }: Workbench): Promise<void> {
  const memory = await api.readPage().catch(() => null)
  if (memory === null) return
  const { places, developerFor, isHistoryShown, historyJob, otherCar, finish, drafts } = memory
  screen.setState({
    places: new Map(places.map(({ session, place }) => [session, place])),
    developerFor,
    isHistoryShown,
    historyJob,
    otherCar,
    drafts: new Map(drafts.map(({ field, text }) => [field, text])),
    ...(finish === null
      ? {}
      : { dialog: { kind: 'finish', handle: finish.handle, choice: finish.choice ?? undefined } as const }),
  })
}
