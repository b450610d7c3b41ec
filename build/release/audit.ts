/**
 * `node build/release/audit.ts [--required]`: asks the registry for known faults in what ships, by `npm audit`. High and critical ones are
 * an error. A registry that gives no answer is said and passed, with `--required` it is an error, too.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What an answer of `npm audit --json` means for a release. */
export interface AuditVerdict {
  readonly kind: 'clean' | 'faults' | 'no-answer'
  readonly text: string
}

/** Reads the JSON that `npm audit` prints; anything that is no report counts as no answer. */
export function auditVerdict(output: string): AuditVerdict {
  const { high, critical } = countsOf(output) ?? {}
  if (high === undefined || critical === undefined)
    return {
      kind: 'no-answer',
      text: 'npm audit: the registry gave no answer. What ships was not compared with known faults.',
    }
  if (high + critical > 0)
    return {
      kind: 'faults',
      text: `npm audit: ${critical} critical and ${high} high faults in what ships. Run "npm audit --omit=dev".`,
    }
  return { kind: 'clean', text: 'npm audit: no high or critical fault is known in what ships.' }
}

function countsOf(output: string): { high: number; critical: number } | undefined {
  try {
    const { metadata } = JSON.parse(output) as { metadata?: { vulnerabilities?: Record<string, unknown> } }
    const { high, critical } = metadata?.vulnerabilities ?? {}
    return typeof high === 'number' && typeof critical === 'number' ? { high, critical } : undefined
  } catch {
    return undefined
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const isWindows = process.platform === 'win32'
  const options = { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8', shell: isWindows } as const
  const { stdout } = spawnSync(isWindows ? 'npm.cmd' : 'npm', ['audit', '--omit=dev', '--json'], options)
  const { kind, text } = auditVerdict(stdout ?? '')
  process.stdout.write(`${text}\n`)
  if (kind === 'faults' || (kind === 'no-answer' && process.argv.includes('--required'))) process.exitCode = 1
}
