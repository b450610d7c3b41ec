import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { guardMovedElements } from './components/moved-elements.ts'
import { createMirrorStore } from './store/mirror.ts'
import { pointerSafeApi } from './store/pointer-safe-api.ts'
import { createScreenStore } from './store/screen.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element')

guardMovedElements(window)
const workbench = {
  api: pointerSafeApi(window.workbench, window),
  mirror: createMirrorStore(),
  screen: createScreenStore(),
}
createRoot(root).render(
  <StrictMode>
    <App workbench={workbench} />
  </StrictMode>,
)
