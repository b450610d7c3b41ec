import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { createMirrorStore } from './store/mirror.ts'
import { createScreenStore } from './store/screen.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element')

const workbench = { api: window.workbench, mirror: createMirrorStore(), screen: createScreenStore() }
createRoot(root).render(
  <StrictMode>
    <App workbench={workbench} />
  </StrictMode>,
)
