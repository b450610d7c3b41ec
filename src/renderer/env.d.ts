/// <reference types="vite/client" />
import type { WorkbenchApi } from '../shared/ipc/contract.ts'

declare global {
  interface Window {
    readonly workbench: WorkbenchApi
  }
}
