import { contextBridge, ipcRenderer } from 'electron'
import { createWorkbenchApi } from './api.ts'

contextBridge.exposeInMainWorld('workbench', createWorkbenchApi(ipcRenderer))
