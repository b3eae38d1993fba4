/**
 * Holds the public interface against what is written down, so that nobody changes it unnoticed and no page describes an older one:
 * `etc/*.api.md`, the report that a reviewer reads in a diff, and `docs/api/*.md`, the reference that users read.
 *
 *     npm run api          writes both anew
 *     npm run check:api    fails where they differ from the build
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { referencePage } from './api-page.mjs'

const root = resolve(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.entries(exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ name: join('ntp-auditor', path), file: target.types }],
)
const nameOf = (entry) => entry.replaceAll('/', '-')

/** The report and the model of one entry, made in a folder of their own. */
function extract({ name, file }, folder) {
  const configured = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, file),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            module: 'nodenext',
            moduleResolution: 'nodenext',
            skipLibCheck: true,
            types: ['node'],
            lib: ['es2023', 'esnext.disposable'],
          },
          files: [join(root, file)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${nameOf(name)}.api.md`,
        reportFolder: folder,
        reportTempFolder: folder,
        includeForgottenExports: true,
      },
      docModel: { enabled: true, apiJsonFilePath: join(folder, `${nameOf(name)}.api.json`) },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
  })
  const { errorCount } = Extractor.invoke(configured, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel !== 'error') message.logLevel = 'none'
    },
  })
  if (errorCount > 0) throw new Error(`the interface of ${name} cannot be read`)
  const report = readFileSync(join(folder, `${nameOf(name)}.api.md`), 'utf8')
  const model = JSON.parse(readFileSync(join(folder, `${nameOf(name)}.api.json`), 'utf8'))
  return [
    [`etc/${nameOf(name)}.api.md`, report],
    [`docs/api/${nameOf(name)}.md`, referencePage(name, model, readFileSync(join(root, file), 'utf8'))],
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-api-'))
const drifted = []
try {
  for (const [path, text] of entries.flatMap((entry) => extract(entry, folder))) {
    const file = join(root, path)
    if (!check) {
      mkdirSync(resolve(file, '..'), { recursive: true })
      writeFileSync(file, text)
    } else if (read(file) !== text) drifted.push(path)
  }
} finally {
  rmSync(folder, { recursive: true })
}
if (drifted.length > 0) {
  console.error(
    `the public interface is not what is written in ${drifted.join(', ')}: if it is meant so, run "npm run api" and commit`,
  )
  process.exitCode = 1
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
