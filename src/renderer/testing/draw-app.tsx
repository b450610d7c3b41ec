import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, vi } from 'vitest'
import type { AppState } from '../../shared/app-state.ts'
import { App } from '../App.tsx'
import { createMirrorStore } from '../store/mirror.ts'
import { createScreenStore } from '../store/screen.ts'
import type { Workbench } from '../store/workbench.ts'
import { FakeWorkbench } from './fake-workbench.ts'

// The drawing surface of the plot does not exist in the test page.
vi.mock('uplot', () => ({
  default: class {
    setData() {}
    setSize() {}
    destroy() {}
  },
}))

// A busy machine may be slow; every wait ends as soon as its state is there.
configure({ asyncUtilTimeout: 10_000 })

afterEach(cleanup)

/** What a component test works with. */
export interface DrawnApp {
  readonly fake: FakeWorkbench
  readonly user: ReturnType<typeof userEvent.setup>
  readonly workbench: Workbench
  /** Changes slices of main and lets the page draw. */
  readonly change: (slices: Partial<AppState>) => void
  /** What a reload of the page does: everything of the page is new, main stays. */
  readonly reload: () => Promise<void>
  readonly container: HTMLElement
}

/** Draws the whole page around a double of main and waits for the first screen. */
export async function drawApp(state: AppState): Promise<DrawnApp> {
  const fake = new FakeWorkbench(state)
  const user = userEvent.setup({ delay: null })
  let workbench = newWorkbench(fake)
  const drawn = render(<App workbench={workbench} />)
  await screen.findByRole('main')
  return {
    fake,
    user,
    workbench,
    change: (slices) => act(() => fake.change(slices)),
    reload: async () => {
      drawn.unmount()
      workbench = newWorkbench(fake)
      render(<App workbench={workbench} />)
      await screen.findByRole('main')
    },
    container: document.body,
  }
}

const newWorkbench = (fake: FakeWorkbench): Workbench => ({
  api: fake.api,
  mirror: createMirrorStore(),
  screen: createScreenStore(),
})
