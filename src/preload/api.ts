import type { WorkbenchApi } from '../shared/ipc/contract.ts'
import { channelKinds } from '../shared/ipc/generated/channels.ts'

type Listener = (event: unknown, ...args: unknown[]) => void

/** The two directions of Electron's `ipcRenderer` that the page may use, each bound to a fixed channel. */
export interface RendererIpc {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  on(channel: string, listener: Listener): unknown
  removeListener(channel: string, listener: Listener): unknown
}

const subscription = (ipc: RendererIpc, channel: string) => (listener: (payload: unknown) => void) => {
  if (typeof listener !== 'function') throw new TypeError('A listener has to be a function.')
  // The event object carries ports and the sender, so only the payload is passed on.
  const forward: Listener = (_event, payload) => listener(payload)
  ipc.on(channel, forward)
  return () => {
    ipc.removeListener(channel, forward)
  }
}

/** Builds the frozen `window.workbench` from the contract: one function per call and one subscription per event. */
export function createWorkbenchApi(ipc: RendererIpc): WorkbenchApi {
  const api: Record<string, unknown> = Object.create(null)
  for (const [channel, kind] of Object.entries(channelKinds)) {
    if (kind === 'event') api[`on${channel.charAt(0).toUpperCase()}${channel.slice(1)}`] = subscription(ipc, channel)
    else api[channel] = (args?: unknown) => ipc.invoke(channel, args)
  }
  for (const member of Object.values(api)) Object.freeze(member)
  return Object.freeze(api) as WorkbenchApi
}
