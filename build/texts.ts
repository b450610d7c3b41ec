import { join } from 'node:path'
import { locales } from '../src/renderer/i18n/i18n.ts'
import { keysOf, textFindings, windowSources } from './checks/texts.ts'

// Proves that no text of the window is missing, unused or hard-coded (`npm run check`).
const sources = windowSources(join(import.meta.dirname, '../src/renderer'))
const findings = textFindings(sources, keysOf(locales.en))
for (const { place, problem, text } of findings) process.stderr.write(`${place}: ${problem}: ${text}\n`)
if (findings.length > 0) process.exitCode = 1
