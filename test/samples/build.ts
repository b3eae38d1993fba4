/**
 * `npm run samples [FOLDER]`: simulates the five scenarios and prints their reports, a certificate of each one's worst instant and an
 * enrolment sheet, for people to look at. Every page says SIMULATION.
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prove } from '../../lib/auditor/prove.js'
import { simulate } from '../../lib/testing/simulate.js'
import { renderCertificate } from '../../reports/certificate.js'
import { renderReport } from '../../reports/index.js'
import { renderEnrolment } from '../../reports/pdf/enrolment.js'
import { renderFleet } from '../../reports/render-fleet.js'
import { type Sample, samples } from './scenarios.js'

/** @returns the paths of the files */
export async function buildSamples(folder: string, wanted: readonly Sample[] = samples): Promise<string[]> {
  const paths: string[] = []
  mkdirSync(folder, { recursive: true })
  for (const sample of wanted) {
    const { name, story, computers, period, tolerance } = sample
    const out = join(folder, name)
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
    writeFileSync(join(out, 'STORY.txt'), `${story}\n`)
    for (const { host, scenario } of computers) {
      const trail = join(out, `trail-${host}`)
      await simulate(scenario, { folder: trail })
      const common = { trail, tolerance, index: ':memory:' } as const
      const { result, files } = await renderReport({ ...common, ...period, out, formats: ['pdf', 'csv', 'json'] })
      paths.push(...files.map(({ path }) => path))
      const proof = await prove({ ...common, at: result.worst?.at ?? result.from, scale: 'true' })
      const path = join(out, `${host}_certificate.pdf`)
      writeFileSync(path, await renderCertificate(trail, proof))
      paths.push(path)
    }
    paths.push(...(await together(sample, out)))
  }
  const sheet = join(folder, 'enrolment.pdf')
  writeFileSync(sheet, await renderEnrolment(enrolment))
  return [...paths, sheet]
}

/** Several computers get a page for all of them. */
async function together(sample: Sample, out: string): Promise<string[]> {
  const { computers, period, tolerance } = sample
  if (computers.length < 2) return []
  const trails = computers.map(({ host }) => join(out, `trail-${host}`))
  const { files } = await renderFleet({
    trails,
    ...period,
    tolerance,
    out,
    index: ':memory:',
    formats: ['pdf', 'csv', 'json'],
  })
  return files.map(({ path }) => path)
}

const enrolment = {
  origin: 'sim-set.example.net/7f2a',
  host: 'sim-set.example.net',
  vkey: 'sim-set.example.net/7f2a+0f3c9a55+AQwhzmLfN4KAn1rSBqbFqHq9e6yV1bCZ0oTaBvVvXo5x',
  fingerprint: '0f3c9a550c21ce62df3782809f5ad206',
  madeAt: '2026-03-02T08:00:00.000000000Z',
}

async function main(): Promise<void> {
  const folder = resolve(process.argv[2] ?? 'samples')
  const names = process.argv.slice(3)
  const wanted = names.length === 0 ? samples : samples.filter(({ name }) => names.includes(name))
  for (const path of await buildSamples(folder, wanted)) process.stdout.write(`${path}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
