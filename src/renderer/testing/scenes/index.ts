import { dialogScenes } from './dialog-scenes.ts'
import { jobScenes } from './job-scenes.ts'
import { largeScenes } from './large-scenes.ts'
import { promptScenes } from './prompt-scenes.ts'
import type { Scenes } from './scene.ts'
import { startScenes } from './start-scenes.ts'

/** Every screen, dialog and kind of question of the window. A new screen gets a scene here, and with it every check of the specs. */
export const scenes: Scenes = { ...startScenes, ...jobScenes, ...promptScenes, ...dialogScenes, ...largeScenes }
