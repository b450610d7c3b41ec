import { createRoot } from 'react-dom/client'
import { App } from '../App.tsx'
import { createMirrorStore } from '../store/mirror.ts'
import { createScreenStore } from '../store/screen.ts'
import { FakeWorkbench } from './fake-workbench.ts'
import * as samples from './sample-state.ts'

/** The interface for a script that drives this page. */
export interface Harness {
  readonly fake: FakeWorkbench
  readonly samples: typeof samples
}

declare global {
  interface Window {
    harness?: Harness
  }
}

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element')
const fake = new FakeWorkbench(samples.startState())
window.harness = { fake, samples }
createRoot(root).render(<App workbench={{ api: fake.api, mirror: createMirrorStore(), screen: createScreenStore() }} />)
