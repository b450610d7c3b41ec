/**
 * Generates from proto/ one JSON descriptor for the bundles (no .proto file is read at run time) and the
 * matching TypeScript types; and from the IPC contract the names of its channels, for the preload, which
 * must not contain schemas. Writes only changed files, so that watchers and builds do not run.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import protobuf from 'protobufjs'
import { loaderOptions } from '../src/openobd/grpc/loader-options.ts'
import { contract } from '../src/shared/ipc/contract.ts'

const root = join(import.meta.dirname, '..')

const channelsFile = join(root, 'src/shared/ipc/generated/channels.ts')
const kinds = Object.fromEntries(Object.entries(contract).map(([name, { kind }]) => [name, kind]))
const channels = `/** Names and kinds of the contract's entries. */\nexport const channelKinds = ${JSON.stringify(kinds, null, 2)} as const\n`
if (!existsSync(channelsFile) || readFileSync(channelsFile, 'utf8') !== channels) {
  mkdirSync(dirname(channelsFile), { recursive: true })
  writeFileSync(channelsFile, channels)
}

const protoDir = join(root, 'proto')
const outDir = join(root, 'src/openobd/generated')
const files = globSync('**/*.proto', { cwd: protoDir })
  .map((file) => file.replaceAll('\\', '/'))
  .sort()
const inputs = [
  ...files.map((file) => join(protoDir, file)),
  join(root, 'src/openobd/grpc/loader-options.ts'),
  import.meta.filename,
]
const hash = createHash('sha256')
for (const file of inputs) hash.update(readFileSync(file))
const digest = hash.digest('hex')
const stamp = join(outDir, '.digest')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  mkdirSync(outDir, { recursive: true })
  const tree = new protobuf.Root()
  tree.resolvePath = (_origin, target) => (target.startsWith('google/') ? target : join(protoDir, target))
  tree.loadSync(files, { keepCase: true }).resolveAll()
  writeFileSync(join(outDir, 'descriptor.json'), JSON.stringify(tree.toJSON()))
  const flags = [
    ...(loaderOptions.keepCase ? ['--keepCase'] : []),
    `--longs=${loaderOptions.longs.name}`,
    `--enums=${loaderOptions.enums.name}`,
    ...(loaderOptions.defaults ? ['--defaults'] : []),
    ...(loaderOptions.oneofs ? ['--oneofs'] : []),
  ]
  const generator = join(root, 'node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js')
  const result = spawnSync(
    process.execPath,
    [
      generator,
      ...flags,
      '--grpcLib=@grpc/grpc-js',
      '--targetFileExtension=.ts',
      '--importFileExtension=.ts',
      `--includeDirs=${protoDir}`,
      `--outDir=${join(outDir, 'types')}`,
      ...files.map((file) => join(protoDir, file)),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  if (result.status !== 0) throw new Error(`Generating types from proto/ failed with exit code ${result.status}.`)
  writeFileSync(stamp, digest)
}
