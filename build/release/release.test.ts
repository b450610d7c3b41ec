import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readManifest } from '../../src/main/updates/manifest.ts'
import { manifestOf } from '../../src/main/updates/testing/feed.ts'
import { checksums, signManifests } from './assets.ts'
import { auditVerdict } from './audit.ts'
import { makeSbom, readLockfile, sbomDifferences, shippedPackages } from './sbom.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'release-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the list of what ships', () => {
  // @proves Security: A45 the lockfile is complete, its licences are free, and the SBOM equals it
  it('is made from the lockfile and equals it, with every digest', () => {
    const sbom = makeSbom(root)
    expect(sbom.bomFormat).toBe('CycloneDX')
    expect(sbom.components.length).toBeGreaterThan(50)
    const shipped = shippedPackages(root)
    expect(sbomDifferences(sbom, shipped)).toEqual([])
    const [first] = shipped
    if (!first) throw new Error('nothing ships')
    expect(sbomDifferences(sbom, shipped.slice(1))).toHaveLength(1)
    expect(sbomDifferences(sbom, [{ ...first, version: '0.0.0' }, ...shipped.slice(1)])).toHaveLength(2)
    expect(sbomDifferences(sbom, [{ ...first, integrity: 'sha512-AAAA' }, ...shipped.slice(1)])).toHaveLength(2)
  })

  // @proves Security: A45 the lockfile is complete, its licences are free, and the SBOM equals it
  it('has a SHA-512 for every package of the lockfile', () => {
    const packages = Object.entries(readLockfile(root).packages).filter(
      ([path, { link }]) => path !== '' && link !== true,
    )
    expect(packages.length).toBeGreaterThan(300)
    expect(packages.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))).toEqual([])
  })

  // @proves Security: A45 the lockfile is complete, its licences are free, and the SBOM equals it
  it('has free licences only', () => {
    const free = new Set([
      'MIT',
      'ISC',
      'Apache-2.0',
      'BSD-2-Clause',
      'BSD-3-Clause',
      '0BSD',
      'BlueOak-1.0.0',
      'Python-2.0',
      'MPL-2.0',
      'Unlicense',
      'CC0-1.0',
    ])
    const isFree = (licence: string) =>
      licence
        .replaceAll(/[()]/g, '')
        .split(' OR ')
        .some((one) => one.split(' AND ').every((part) => free.has(part)))
    expect(shippedPackages(root).filter(({ licence }) => !isFree(licence))).toEqual([])
  })

  it('lets only packages run scripts when they are installed that were looked at', () => {
    const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(Object.keys(allowScripts).sort()).toEqual(['electron-winstaller', 'esbuild', 'node', 'protobufjs'])
  })
})

describe('the comparison with known faults', () => {
  const report = (counts: object) => JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities: counts } })
  it.each([
    [report({ low: 3, moderate: 1, high: 0, critical: 0 }), 'clean', 'no high or critical fault'],
    [report({ high: 2, critical: 0 }), 'faults', '0 critical and 2 high faults'],
    [report({ high: 0, critical: 1 }), 'faults', '1 critical and 0 high faults'],
    [JSON.stringify({ message: 'audit endpoint returned an error', error: {} }), 'no-answer', 'gave no answer'],
    ['', 'no-answer', 'gave no answer'],
    ['<html>', 'no-answer', 'gave no answer'],
  ])('reads the answer of the registry (%#)', (output, kind, words) => {
    expect(auditVerdict(output)).toEqual({ kind, text: expect.stringContaining(words) })
  })
})

describe('the files of a release', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const now = new Date('2026-06-15T12:00:00Z')

  it('are signed so that an installed version takes them', () => {
    for (const name of ['latest.yml', 'latest-mac.yml', 'latest-linux-arm64.yml'])
      writeFileSync(join(folder, name), manifestOf('0.2.0', 'setup.exe', Buffer.from('x'), 0))
    expect(signManifests(folder, privateKey, now)).toHaveLength(3)
    for (const name of ['latest.yml', 'latest-mac.yml', 'latest-linux-arm64.yml']) {
      const [text, signature] = [name, `${name}.sig`].map((file) => readFileSync(join(folder, file), 'utf8'))
      const rules = { publicKey: pem, currentVersion: '0.1.0', nowMs: now.getTime() }
      expect(readManifest(text ?? '', signature ?? '', rules)).toMatchObject({
        version: '0.2.0',
        releaseDate: now.toISOString(),
      })
    }
  })

  it('have checksums in the form of sha256sum', () => {
    writeFileSync(join(folder, 'a.deb'), 'abc')
    expect(checksums(folder)).toContain('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.deb\n')
    expect(checksums(folder).trim().split('\n')).toHaveLength(readdirSync(folder).length)
  })
})

interface Job {
  readonly permissions?: Record<string, string>
  readonly 'timeout-minutes'?: number
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> }[]
}

describe.each(readdirSync(join(root, '.github/workflows')))('the workflow %s', (name) => {
  const text = readFileSync(join(root, '.github/workflows', name), 'utf8')
  const workflow: { permissions: unknown; jobs: Record<string, Job> } = parse(text)
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)

  // @proves Security: Workflows pin their actions by hash, have least permissions and keep no credentials
  it('pins every action by its hash and says which version that is', () => {
    const uses = text.match(/uses: .*/g) ?? []
    expect(uses.length).toBeGreaterThan(3)
    for (const use of uses) expect(use).toMatch(/^uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('has the least permissions, a limit of time, and keeps no credentials of the repository', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    for (const [id, job] of Object.entries(workflow.jobs)) {
      expect(job['timeout-minutes'], id).toBeLessThanOrEqual(90)
      const wanted = name === 'release.yml' && id === 'draft' ? { contents: 'write' } : undefined
      expect(job.permissions, id).toEqual(wanted)
    }
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))
    for (const checkout of checkouts) expect(checkout.with).toEqual({ 'persist-credentials': false })
  })

  it('puts nothing of an event into a command, and runs scripts that exist', () => {
    for (const { run = '' } of steps) {
      expect(run).not.toMatch(/\$\{\{(?!\s*matrix\.)/)
      for (const [script] of run.matchAll(/\b(?:build|node_modules)\/[\w./-]+\.(?:ts|mjs|js)\b/g))
        expect(existsSync(join(root, script)), script).toBe(true)
    }
  })
})
