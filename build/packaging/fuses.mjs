/** The switches inside Electron's binary (quality.md A40). Every one of them is decided. */
import { FuseV1Options, FuseVersion } from '@electron/fuses'

/**
 * @param {{ inspectable: boolean }} options Inspectable is the build under test only: Playwright drives Electron by --inspect.
 * @returns {import('@electron/fuses').FuseV1Config}
 */
export function fuses({ inspectable }) {
  return {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: inspectable,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    // There is one V8 snapshot for all processes.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    [FuseV1Options.WasmTrapHandlers]: true,
  }
}
