import { expect, it } from 'vitest'
import type { PageMemory } from '../../shared/page-memory.ts'
import type { StatePublisher } from '../services/state-publisher.ts'
import { lazyHandlers, type ShellHandlers } from './lazy-handlers.ts'

const memory: PageMemory = {
  places: [{ session: 's', place: 'log' }],
  developerFor: null,
  isHistoryShown: false,
  historyJob: null,
  otherCar: null,
  finish: null,
  drafts: [{ field: 'ticket number', text: '784' }],
}

// @proves Window: A page that crashed comes back to the same job and place, with the typed text
it('keeps for the next page what the last one gave, also before the back end is loaded', async () => {
  const { handlers } = lazyHandlers({} as StatePublisher, {} as ShellHandlers)
  expect(await handlers.readPage(undefined)).toBeNull()
  await handlers.keepPage(memory)
  expect(await handlers.readPage(undefined)).toEqual(memory)
  await handlers.keepPage({ ...memory, drafts: [] })
  expect(await handlers.readPage(undefined)).toEqual({ ...memory, drafts: [] })
})
