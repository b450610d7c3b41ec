import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { applyPresets, presetsFile, readPresets } from './presets.ts'
import { newWay } from './storage/profile-store.ts'
import { openStorage } from './storage/storage.ts'

const folder = mkdtempSync(join(tmpdir(), 'presets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'presets.json')
function written(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readPresets(file)
}
const server = { name: 'Depot', host: 'grpc.example.org', port: 443, clusterId: '001', clientId: 'depot-7' }

describe('the file of an administrator', () => {
  it('is read with its usual values filled in', () => {
    const { port: _port, clusterId: _cluster, ...short } = server
    const presets = { language: 'nl', server: short, updateFeed: 'https://updates.example.org/' }
    expect(written(presets)).toEqual({ ...presets, server })
    expect(written(`\uFEFF${JSON.stringify({ language: 'de' })}`)).toEqual({ language: 'de' })
  })

  it('may be missing', () => expect(readPresets(join(folder, 'none.json'))).toEqual({}))

  it.each([
    ['{', 'presets.json is not JSON'],
    [[], /file/],
    [{ language: 'xx' }, /presets\.json: language: /],
    [{ langauge: 'de' }, /langauge/],
    [{ updateFeed: 'http://updates.example.org/' }, /updateFeed/],
    [{ updateFeed: 'file:///etc/passwd' }, /updateFeed/],
    [{ server: { ...server, clientSecret: 'x' } }, /clientSecret/],
    [{ server: { ...server, port: 70_000 } }, /server\.port/],
    ['x'.repeat(100_000), 'presets.json is too large'],
  ])('sets nothing when it cannot be used, and says where it is wrong (%#)', (content, problem) => {
    const presets = written(content)
    expect(Object.keys(presets)).toEqual(['problem'])
    expect(presets.problem).toMatch(problem)
    expect(presets.problem).not.toContain(folder)
  })

  it('that is a folder cannot be read', () => {
    mkdirSync(join(folder, 'odd.json'))
    expect(readPresets(join(folder, 'odd.json'))).toEqual({ problem: 'presets.json cannot be read' })
  })

  it('is where only administrators write', () => {
    expect(presetsFile('win32', { ProgramData: 'D:\\Data' })).toContain('D:\\Data')
    expect(presetsFile('linux', {})).toBe('/etc/openobd-workbench/presets.json')
    expect(presetsFile('darwin', {})).toMatch(/^\/Library\//)
  })
})

describe('the presets', () => {
  const fresh = () => openStorage(mkdtempSync(join(folder, 'profile ä-')), 0)

  // @proves Delivery: An administrator presets language, server and update feed; what a person chose stays
  it('hold where nobody has chosen yet', () => {
    const storage = fresh()
    applyPresets({ language: 'fr', server }, storage, 1)
    expect(storage.settings.read().language).toBe('fr')
    expect(storage.settings.selectedProfileId).toBe('preset')
    expect(storage.profiles.list()).toEqual([{ ...server, id: 'preset', allowPlaintext: false, way: newWay }])
  })

  // @proves Delivery: An administrator presets language, server and update feed; what a person chose stays
  it('change nothing that a person has chosen', () => {
    const storage = fresh()
    storage.settings.write('language', 'en')
    storage.settings.selectedProfileId = 'embedded'
    applyPresets({ language: 'fr', server }, storage, 1)
    expect(storage.settings.read().language).toBe('en')
    expect(storage.settings.selectedProfileId).toBe('embedded')
    expect(storage.profiles.list()).toHaveLength(1)
  })

  it('follow the file when the address of the server changes', () => {
    const storage = fresh()
    applyPresets({ server }, storage, 1)
    applyPresets({ server: { ...server, host: 'new.example.org' } }, storage, 2)
    expect(storage.profiles.list().map(({ host }) => host)).toEqual(['new.example.org'])
  })

  it('never stop the start', () => {
    const storage = fresh()
    storage.database.close()
    expect(() => applyPresets({ language: 'de', server }, storage, 1)).not.toThrow()
  })
})
