/**
 * How protocol buffers become JavaScript values, in the client, the engine and the generated types.
 * 64-bit numbers are plain numbers (the protocol's are Unix milliseconds, far below 2^53), enums are their wire names,
 * absent optional fields stay absent, and each oneof gets a property that names the member that is set.
 */
export const loaderOptions = {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
  objects: false,
  oneofs: true,
} as const
