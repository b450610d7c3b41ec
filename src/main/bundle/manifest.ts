import { z } from 'zod'

/** One file of the built renderer: its digest in hex, its media type with charset, its size in bytes. */
const bundleFileSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mimeType: z.string().regex(/^[\x20-\x7e]+$/),
  bytes: z.number().int().nonnegative(),
})

/** The files of the built renderer: URL path with a leading slash → file. */
export const bundleManifestSchema = z.record(z.string().regex(/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/), bundleFileSchema)
/** The parsed manifest. */
export type BundleManifest = z.infer<typeof bundleManifestSchema>
