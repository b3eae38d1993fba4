/** The public interface is what the API report and the reference say. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { root } from './support/packed-project.js'

test('nobody changed the public interface without writing it down (npm run api)', () => {
  const said = execFileSync(process.execPath, [join(root, 'tools/api.mjs'), '--check'], { cwd: root, encoding: 'utf8' })
  expect(said).toBe('')
}, 120_000)
