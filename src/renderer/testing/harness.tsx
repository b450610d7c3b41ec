import { createRoot, type Root } from 'react-dom/client'
import { App } from '../App.tsx'
import { languageNames, locales } from '../i18n/i18n.ts'
import { createMirrorStore } from '../store/mirror.ts'
import { createScreenStore } from '../store/screen.ts'
import { FakeWorkbench } from './fake-workbench.ts'
import { pseudoLocale } from './pseudo-locale.ts'
import { samplePrompt, startState } from './sample-state.ts'
import { scenes } from './scenes/index.ts'
import type { Scene } from './scenes/scene.ts'
import type { ScreensPage } from './screens-page.ts'

const place = document.getElementById('root')
if (place === null) throw new Error('The page has no root element')
const pseudo = pseudoLocale(locales.en)
const pseudoLocales = { en: pseudo, de: pseudo, nl: pseudo, fr: pseudo }
const longestWaitMs = 5_000

let root: Root | undefined
/** What replies have carried. */
let given: unknown[] = []
let fake = new FakeWorkbench(startState())

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))

/** The first element of a selector, as soon as it is there. */
async function found(selector: string): Promise<HTMLElement> {
  const end = performance.now() + longestWaitMs
  while (performance.now() < end) {
    const element = document.querySelector<HTMLElement>(selector)
    if (element !== null) return element
    await nextFrame()
  }
  throw new Error(`The scene has no ${selector}`)
}

/** A question accepts answers after a moment; until then its buttons look different. */
async function untilArmed(): Promise<void> {
  const end = performance.now() + longestWaitMs
  const isArming = () =>
    document.querySelector('.prompt [role="status"] p') !== null &&
    document.querySelector('.answer[data-disabled], .key[data-disabled]') !== null
  while (performance.now() < end && isArming()) await nextFrame()
}

const nameKeys = new Set(['licensePlate', 'lift', 'connectorName'])

/** The same data with another name for every plate and lift. */
function renamed<T>(data: T, name: string): T {
  if (typeof data === 'function') return ((...args: unknown[]) => renamed(data(...args), name)) as T
  if (Array.isArray(data)) return data.map((part) => renamed(part, name)) as T
  if (typeof data !== 'object' || data === null || data instanceof Map || data instanceof Set) return data
  const isAdapter = 'plugged' in data && 'name' in data
  const parts = Object.entries(data).map(([key, value]) => [
    key,
    (nameKeys.has(key) && typeof value === 'string') || (isAdapter && key === 'name') ? name : renamed(value, name),
  ])
  return Object.fromEntries(parts) as T
}

async function show(scene: Scene, isPseudo: boolean): Promise<void> {
  root?.unmount()
  root = createRoot(place as HTMLElement)
  fake = new FakeWorkbench(scene.state)
  given = []
  for (const [name, reply] of Object.entries(scene.replies ?? {})) {
    given.push((reply as (args: object) => unknown)({}))
    fake.reply(name as 'listJobs', reply as () => unknown)
  }
  fake.logLines = [...(scene.log ?? [])]
  const screen = createScreenStore()
  screen.setState(scene.screen ?? {})
  const workbench = { api: fake.api, mirror: createMirrorStore(), screen }
  root.render(<App workbench={workbench} translations={isPseudo ? pseudoLocales : undefined} />)
  await found('main')
  if (scene.later !== undefined) {
    await nextFrame()
    fake.change(scene.later)
  }
  for (const selector of scene.press ?? []) (await found(selector)).click()
  if (scene.until !== undefined) await found(scene.until)
  await nextFrame()
}

let questions = 0

/** Resolves in the task after the next frame. */
const afterFrame = () =>
  new Promise<void>((resolve) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve()
      port2.postMessage(0)
    }),
  )

/** Resolves as soon as a question is in the page. */
function untilDrawn(label: string): Promise<void> {
  const isThere = () => document.querySelector('.prompt__question')?.textContent?.includes(label) ?? false
  if (isThere()) return Promise.resolve()
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!isThere()) return
      observer.disconnect()
      resolve()
    })
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
  })
}

const page: ScreensPage = {
  scenes: Object.keys(scenes),
  show: async (name, options = {}) => {
    const scene = scenes[name]
    if (scene === undefined) throw new Error(`There is no scene ${name}`)
    await show(options.name === undefined ? scene : renamed(scene, options.name), options.pseudo ?? false)
    if (name.startsWith('question') && !name.includes('answer') && !name.includes('platform')) await untilArmed()
  },
  timeOf: async (update) => {
    const begin = performance.now()
    questions += 1
    const id = `measured-${questions}`
    const label = `Measured question ${questions}?`
    if (update === 'part') fake.change({ journal: {} })
    else if (update === 'whole') fake.change(structuredClone(fake.state))
    else fake.change({ prompts: [samplePrompt(Date.now(), { kind: 'yesno', label }, { id })] })
    if (update === 'question') await untilDrawn(label)
    await afterFrame()
    return performance.now() - begin
  },
  values: () => [...textsIn([fake.state, fake.logLines, given, Object.values(languageNames)])],
  use: async (settings) => {
    fake.change({ settings: { ...fake.state.settings, ...settings } })
    await nextFrame()
    await nextFrame()
  },
}
/** All texts in the data of a scene. */
function* textsIn(data: unknown): Generator<string> {
  if (typeof data === 'string' && data.length > 1) yield data
  if (typeof data === 'object' && data !== null) for (const part of Object.values(data)) yield* textsIn(part)
}

window.screens = page
await show({ state: startState() }, false)
