import { createStore, type StoreApi } from 'zustand/vanilla'
import type { JobEntry } from '../../shared/job.ts'
import type { Failure } from '../../shared/outcome.ts'
import type { PromptChoice, PromptSession } from '../../shared/prompt.ts'
import type { Result, UserFeedback } from '../../shared/service-result.ts'
import type { SessionSummary, SessionTarget, UnfinishedSession } from '../../shared/session.ts'

/** The open dialog; a confirmation is a dialog of its own. */
export type OpenDialog =
  | { readonly kind: 'none' }
  /** `handle`: the session for which it was opened; it is never used for another one. */
  | { readonly kind: 'finish'; readonly handle: string; readonly choice?: FinishChoice | undefined }
  | { readonly kind: 'interrupt-own'; readonly handle: string }
  | { readonly kind: 'close-unfinished'; readonly session: UnfinishedSession }
  /** `isOfList`: chosen in the list of sessions. */
  | {
      readonly kind: 'interrupt-other'
      readonly session: SessionSummary
      readonly startAfterwards: boolean
      readonly isOfList?: boolean
    }
  | { readonly kind: 'close-open'; readonly handle: string }
  | { readonly kind: 'sessions' }
  | { readonly kind: 'servers' }
  | { readonly kind: 'server-form'; readonly profileId?: string }
  | { readonly kind: 'connection-test'; readonly profileId: string }
  | { readonly kind: 'settings' }
  | { readonly kind: 'help' }

/** The present choice of the finish dialog. */
export interface FinishChoice {
  readonly results: readonly Result[]
  readonly feedback: UserFeedback | 'none'
  readonly description: string
}

/** Texts of short confirmations. */
export type NoteKey = 'connectionCopied' | 'serverSaved' | 'serverRemoved' | 'sessionInterrupted'

/** One message in the corner of the window. */
export type Toast =
  | { readonly id: number; readonly kind: 'failure'; readonly failure: Failure; readonly retry?: () => void }
  | { readonly id: number; readonly kind: 'note'; readonly note: NoteKey }

/** An answer from this page that the state of main does not confirm yet. */
export interface GivenAnswer {
  readonly answerId: string
  readonly choice: PromptChoice
  readonly status: 'sending' | 'refused'
}

/** State of this page only; a reload may lose it. */
export interface Screen {
  readonly dialog: OpenDialog
  readonly toasts: readonly Toast[]
  readonly pending: ReadonlySet<string>
  readonly chosenPromptId: string | null
  /** The foreign session whose prompts are shown; null while our own session is shown. */
  readonly otherCar: PromptSession | null
  /** The open place of each job, by the handle of its session. */
  readonly places: ReadonlyMap<string, 'functions' | 'log'>
  /** The history is on the screen instead of a job or the start. */
  readonly isHistoryShown: boolean
  /** The job of the history that is open; null while the list is shown. */
  readonly historyJob: JobEntry | null
  /** What the open developer view is about; null while it is closed. */
  readonly developerFor: string | null
  readonly answers: ReadonlyMap<string, GivenAnswer>
  readonly lastStart: SessionTarget | null
  readonly startFailure: Failure | null
  readonly dismissedNotes: ReadonlySet<string>
  /** Typed texts that are not sent, by the name of their field; the newest last. */
  readonly drafts: ReadonlyMap<string, string>
}

export type ScreenStore = StoreApi<Screen>

export const createScreenStore = (): ScreenStore =>
  createStore<Screen>(() => ({
    dialog: { kind: 'none' },
    toasts: [],
    pending: new Set(),
    chosenPromptId: null,
    otherCar: null,
    places: new Map(),
    isHistoryShown: false,
    historyJob: null,
    developerFor: null,
    answers: new Map(),
    lastStart: null,
    startFailure: null,
    dismissedNotes: new Set(),
    drafts: new Map(),
  }))

/** A person opened the prompts of a foreign session. */
export const otherCarShown = (store: ScreenStore, session: PromptSession): void =>
  store.setState({ otherCar: session, chosenPromptId: null, isHistoryShown: false, developerFor: null })
/** A person went back to our own session. */
export const otherCarLeft = (store: ScreenStore): void => store.setState({ otherCar: null, chosenPromptId: null })
/** A person opened the history or left it. */
export const historyChanged = (store: ScreenStore, isHistoryShown: boolean): void =>
  store.setState({ isHistoryShown, historyJob: null })

/** A person opened a place of a job. */
export const placeOpened = (store: ScreenStore, handle: string, place: 'functions' | 'log'): void =>
  store.setState(({ places }) => ({ places: new Map(places).set(handle, place) }))

/** How many typed texts are kept. */
const mostDrafts = 20

/** A person typed into a field; an empty text is forgotten. */
export const draftTyped = (store: ScreenStore, field: string, text: string): void =>
  store.setState(({ drafts }) => {
    const others = [...drafts].filter(([name]) => name !== field)
    return { drafts: new Map(text === '' ? others : [...others, [field, text] as const].slice(-mostDrafts)) }
  })

const keptToasts = 4
let lastToastId = 0

/** A person opened or closed a dialog. */
export const dialogOpened = (store: ScreenStore, dialog: OpenDialog): void => store.setState({ dialog })
export const dialogClosed = (store: ScreenStore): void => store.setState({ dialog: { kind: 'none' } })

type NewToast = Toast extends infer T ? (T extends Toast ? Omit<T, 'id'> : never) : never

/** Shows a message and drops the oldest beyond the limit. The same failure is shown once. */
export function toastRaised(store: ScreenStore, toast: NewToast): void {
  lastToastId += 1
  const added = { ...toast, id: lastToastId } as Toast
  store.setState(({ toasts }) => ({
    toasts: [...toasts.filter((shown) => !isSameMessage(shown, added)), added].slice(-keptToasts),
  }))
}

export const toastDismissed = (store: ScreenStore, id: number): void =>
  store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))

function isSameMessage(a: Toast, b: Toast): boolean {
  if (a.kind === 'failure' && b.kind === 'failure') return a.failure.code === b.failure.code
  return a.kind === 'note' && b.kind === 'note' && a.note === b.note
}

export const pendingChanged = (store: ScreenStore, name: string, isPending: boolean): void =>
  store.setState(({ pending }) => {
    const next = new Set(pending)
    if (isPending) next.add(name)
    else next.delete(name)
    return { pending: next }
  })

/** A person answered a prompt on this page. */
export const answerGiven = (store: ScreenStore, promptId: string, answer: GivenAnswer): void =>
  store.setState(({ answers }) => ({ answers: new Map(answers).set(promptId, answer) }))

/** An answer failed; the prompt accepts another one. A newer answer is kept. */
export const answerRefused = (store: ScreenStore, promptId: string, answerId: string): void =>
  store.setState(({ answers }) => {
    const given = answers.get(promptId)
    if (given === undefined || given.answerId !== answerId) return {}
    return { answers: new Map(answers).set(promptId, { ...given, status: 'refused' }) }
  })
