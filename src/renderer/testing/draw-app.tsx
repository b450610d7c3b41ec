import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, vi } from 'vitest'
import type { AppState } from '../../shared/app-state.ts'
import { App } from '../App.tsx'
import { createMirrorStore } from '../store/mirror.ts'
import { createScreenStore } from '../store/screen.ts'
import type { Workbench } from '../store/workbench.ts'
import { FakeWorkbench } from './fake-workbench.ts'

// The test page has no canvas for the plot.
vi.mock('uplot', () => ({
  default: class {
    setData() {}
    setSize() {}
    destroy() {}
  },
}))

// A busy machine may be slow; every wait ends as soon as its state is reached.
configure({ asyncUtilTimeout: 10_000 })

afterEach(cleanup)

/** The drawn application of a component test. */
export interface DrawnApp {
  readonly fake: FakeWorkbench
  readonly user: ReturnType<typeof userEvent.setup>
  readonly workbench: Workbench
  /** Changes slices of main's state and redraws the page. */
  readonly change: (slices: Partial<AppState>) => void
  /** Reloads the page: the page is new, main stays. */
  readonly reload: () => Promise<void>
  readonly container: HTMLElement
}

/** Draws the whole page with a fake main and waits for the first screen. */
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
