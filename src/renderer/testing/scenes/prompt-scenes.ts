import type { Prompt, PromptControl } from '../../../shared/prompt.ts'
import { otherSession, samplePrompt } from '../sample-state.ts'
import { busyState } from './job-scenes.ts'
import type { Scene, Scenes } from './scene.ts'

const now = Date.now()
const words = 'The quick mechanic lifts the heavy car over the lazy dog. '

const asked = (control: PromptControl, more: Partial<Prompt> = {}): Scene => {
  const state = busyState()
  return { state: { ...state, prompts: [...state.prompts, samplePrompt(now, control, more)] }, until: '.prompt' }
}
const options = (count: number) => Array.from({ length: count }, (_, index) => `Choice number ${index + 1}`)
const yesNo: PromptControl = { kind: 'yesno', label: 'Is the ignition switched on?' }

/** Every kind of question, and every state of an answer. */
export const promptScenes: Scenes = {
  'question: yes or no': asked(yesNo),
  'question: continue': asked({ kind: 'continue', label: 'Open the bonnet.' }),
  'question: text': asked({ kind: 'freetext', label: 'Which label is on the camera?' }),
  'question: options': asked({
    kind: 'options',
    label: 'Which camera is fitted?',
    options: ['Mono', 'Stereo', 'None'],
  }),
  'question: 250 options': asked({ kind: 'options', label: 'Which camera is fitted?', options: options(250) }),
  'question: few numbers': asked({ kind: 'number', label: 'How many targets stand there?', minimum: 1, maximum: 6 }),
  'question: any number': asked({ kind: 'number', label: 'Distance in mm?', minimum: 0, maximum: 4_294_967_295 }),
  'question: progress': asked({ kind: 'label', label: 'Reading the control units…', minimalDisplayTimeMs: 600_000 }),
  'question: unknown kind': asked({ kind: 'unknown' }),
  'question: no possible answer': asked({ kind: 'options', label: 'Which one?', options: [] }),
  'question: without a text': asked({ kind: 'yesno', label: '' }),
  'question: long text': asked({ kind: 'yesno', label: words.repeat(40) }),
  'question: picture that cannot be shown': asked(yesNo, { hasImage: true }),
  'question: for the operator': asked(yesNo, { target: 'operator' }),
  'question: answer being sent': asked(yesNo, { answer: { state: 'sending', choice: { kind: 'yesno', yes: true } } }),
  'question: answered, not recorded': asked(yesNo, {
    answer: { state: 'answered', choice: { kind: 'yesno', yes: true }, unrecorded: true },
  }),
  'question: several of one job': {
    ...asked(yesNo),
    state: {
      ...busyState(),
      prompts: [
        samplePrompt(now, yesNo),
        samplePrompt(now + 1, { kind: 'continue', label: 'Close the bonnet.' }, { id: 'p2', target: 'operator' }),
        samplePrompt(now + 2, { kind: 'yesno', label: 'Is the lift down?' }, { id: 'p3', functionName: '' }),
      ],
    },
  },
  'question of a script': {
    ...asked({ kind: 'yesno', label: 'Is the tailgate closed?' }, { id: 'theirs', session: otherSession }),
    screen: { otherCar: otherSession },
  },
  'script without a question': {
    state: { ...busyState(), prompts: [] },
    screen: { otherCar: otherSession },
  },
}
