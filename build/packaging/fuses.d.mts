import type { FuseV1Config } from '@electron/fuses'

/** The switches inside Electron's binary; inspectable is the build under test only. */
export function fuses(options: { readonly inspectable: boolean }): FuseV1Config
