import { describe, expect, it } from 'vitest'
import { childEnvironment, readLaunchOptions, scrubEnvironment } from './environment.ts'

describe('scrubEnvironment', () => {
  // @proves Faults: 41 proxy wants a password, dies or changes; what a person sees: the proxy as the cause, and the own engine works
  // @proves Security: A41 variables that change trust, routes or logs are removed at the start
  it.each([
    'GRPC_TRACE',
    'GRPC_VERBOSITY',
    'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
    'GRPC_SSL_CIPHER_SUITES',
    'grpc_proxy',
    'http_proxy',
    'HTTPS_PROXY',
    'https_proxy',
    'no_proxy',
    'all_proxy',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'SSLKEYLOGFILE',
    'ELECTRON_RUN_AS_NODE',
  ])('removes %s', (name) => {
    const environment = { [name]: 'x', HOME: '/home/mechanic' }
    scrubEnvironment(environment)
    expect(environment).toEqual({ HOME: '/home/mechanic' })
  })
})

describe('readLaunchOptions', () => {
  const variables = { OPENOBD_PARTNER_CLIENT_ID: 'id', OPENOBD_PARTNER_CLIENT_SECRET: 'CANARY' }

  it('reads a connection and removes the secret from the environment', () => {
    const environment = { ...variables, OPENOBD_GRPC_HOST: 'h', OPENOBD_GRPC_PORT: '50051', OPENOBD_CLUSTER_ID: '002' }
    const { connection } = readLaunchOptions(environment, true)
    expect(connection).toEqual({ host: 'h', port: 50_051, clusterId: '002', clientId: 'id', clientSecret: 'CANARY' })
    expect(JSON.stringify(environment)).not.toContain('CANARY')
  })

  it('uses the openOBD platform by default', () => {
    expect(readLaunchOptions({ ...variables }, true).connection).toMatchObject({
      host: 'grpc.openobd.com',
      port: 443,
      clusterId: '001',
    })
  })

  it.each(['', '0', '65536', 'x', '1.5', '-1'])('reads the port "%s" as 443', (value) => {
    expect(readLaunchOptions({ ...variables, OPENOBD_GRPC_PORT: value }, true).connection?.port).toBe(443)
  })

  it.each([{}, { OPENOBD_PARTNER_CLIENT_ID: 'id' }, { OPENOBD_PARTNER_CLIENT_SECRET: 's' }])(
    'sees no connection in %o',
    (environment) => {
      expect(readLaunchOptions({ ...environment }, true).connection).toBeUndefined()
    },
  )

  it('honours the hooks for tests only in an unpackaged build', () => {
    const hooks = {
      ...variables,
      WORKBENCH_ENGINE_ARGS: '["--lab"]',
      WORKBENCH_ENGINE_CREDENTIALS: 'environment',
      WORKBENCH_CLOCK: 'advanceable',
    }
    const unpackaged = readLaunchOptions({ ...hooks }, false)
    expect(unpackaged).toMatchObject({ engineArguments: ['--lab'], connection: undefined, hasAdvanceableClock: true })
    expect(unpackaged.engineCredentials).toMatchObject({ clientId: 'id', clientSecret: 'CANARY' })
    const packaged = readLaunchOptions({ ...hooks }, true)
    expect(packaged).toMatchObject({ engineArguments: [], engineCredentials: undefined, hasAdvanceableClock: false })
    expect(packaged.connection?.clientId).toBe('id')
  })

  it.each(['not json', '{}', '[1]', '"--lab"'])('refuses the engine arguments %s', (text) => {
    expect(() => readLaunchOptions({ WORKBENCH_ENGINE_ARGS: text }, false)).toThrow()
  })
})

describe('childEnvironment', () => {
  it('passes none of our own variables on', () => {
    const passed = childEnvironment({
      PATH: '/bin',
      OPENOBD_PARTNER_CLIENT_ID: 'id',
      OPENOBD_GRPC_HOST: 'h',
      WORKBENCH_ENGINE_ARGS: '[]',
      EMPTY: undefined,
    })
    expect(passed).toEqual({ PATH: '/bin' })
  })
})

describe('the environment of a start', () => {
  it.each(['HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'node_options', 'Grpc_Trace'])('has no %s', (name) => {
    const environment = { [name]: 'x' }
    scrubEnvironment(environment)
    expect(environment).toEqual({})
  })

  it('keeps what only looks like it', () => {
    const environment = { MY_GRPC_TRACE: '1', HTTP_PROXY_NAME: '2' }
    scrubEnvironment(environment)
    expect(Object.keys(environment)).toEqual(['MY_GRPC_TRACE', 'HTTP_PROXY_NAME'])
  })

  it.each([
    ['/tmp/profile', '/tmp/profile'],
    ['', undefined],
    [undefined, undefined],
  ])('with the profile folder %j gives %j', (folder, read) => {
    expect(readLaunchOptions({ WORKBENCH_PROFILE_DIR: folder }, true).profileFolder).toBe(read)
  })

  it('needs nothing', () => {
    expect(readLaunchOptions({}, false)).toEqual({
      profileFolder: undefined,
      isDemonstration: false,
      engineArguments: [],
      engineCredentials: undefined,
      connection: undefined,
      hasAdvanceableClock: false,
    })
  })

  it.each([
    ['1', 1],
    ['65535', 65_535],
    [' 8443 ', 8443],
  ])('with the port "%s" connects to %i', (text, port) => {
    const environment = { OPENOBD_PARTNER_CLIENT_ID: 'id', OPENOBD_PARTNER_CLIENT_SECRET: 's', OPENOBD_GRPC_PORT: text }
    expect(readLaunchOptions(environment, true).connection?.port).toBe(port)
  })

  it('uses other credentials of the engine only when that is said exactly', () => {
    const environment = {
      OPENOBD_PARTNER_CLIENT_ID: 'id',
      OPENOBD_PARTNER_CLIENT_SECRET: 's',
      WORKBENCH_ENGINE_CREDENTIALS: 'yes',
      WORKBENCH_CLOCK: 'real',
    }
    const read = readLaunchOptions(environment, false)
    expect([read.engineCredentials, read.connection?.clientId, read.hasAdvanceableClock]).toEqual([
      undefined,
      'id',
      false,
    ])
  })

  it('passes other names to child processes, also those that hold ours', () => {
    expect(childEnvironment({ MY_OPENOBD_HOST: 'x', OPENOBD: 'y' })).toEqual({ MY_OPENOBD_HOST: 'x', OPENOBD: 'y' })
  })
})
