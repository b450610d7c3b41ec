import type { PromptControl } from './prompt.ts'

/** Whether the control waits for a person. */
export const asksSomething = ({ kind }: Pick<PromptControl, 'kind'>): boolean => kind !== 'label' && kind !== 'unknown'
