/**
 * The real rooms behind {@link Parts}, each loaded at its first use.
 * @module
 */
import type { Request } from '../scribe/inbox.js'
import type { PruneNews, SealNews } from '../scribe/messages.js'
import type { NoteBody } from '../trail/types.js'
import type { Parts } from './parts.js'

/** The form that older auditors know as well. */
function noteRequest({ on, text, by }: NoteBody): Request {
  return { kind: 'note', on, text, by }
}

export const realParts: Parts = {
  async sampleOnce(configuration) {
    const [{ takeSample }, { looseSampleDocument }] = await Promise.all([
      import('../auditor/once.js'),
      import('../trail/document.js'),
    ])
    return looseSampleDocument(await takeSample(configuration))
  },

  async startAuditor(configuration, listeners) {
    const { Auditor } = await import('../auditor.js')
    const auditor = await Auditor.startWith(configuration, { keepAlive: true })
    auditor.on('sample', listeners.sample)
    auditor.on('clockChange', listeners.clockChange)
    auditor.on('gap', listeners.gap)
    auditor.on('verdict', listeners.verdict)
    auditor.on('problem', listeners.problem)
    if (listeners.record) auditor.on('record', listeners.record)
    return auditor
  },

  async requestSample(trail) {
    const [{ ask }, { readSeqs }, { sampleDocument }, { InboxError }] = await Promise.all([
      import('../scribe/inbox.js'),
      import('../trail/read.js'),
      import('../trail/document.js'),
      import('../errors.js'),
    ])
    const { seq } = await ask(trail, { kind: 'sample', toleranceNs: null })
    const record = (await readSeqs(trail, [seq])).get(seq)?.record
    if (record?.type === 'sample') return sampleDocument(record)
    throw new InboxError(`the auditor answered with record ${seq}, which is no sample in ${trail}`)
  },

  async requestRecord(trail, body, attachment) {
    const { ask } = await import('../scribe/inbox.js')
    const request: Request =
      body.type === 'note' ? noteRequest(body) : { kind: 'record', body, ...(attachment && { attachment }) }
    const { seq } = await ask(trail, request)
    return { seq }
  },

  async requestSeal(trail) {
    const [{ ask }, { InboxError }] = await Promise.all([import('../scribe/inbox.js'), import('../errors.js')])
    const { document } = await ask(trail, { kind: 'seal' })
    if (document !== null && 'text' in document) return document as SealNews
    throw new InboxError('the answer of the auditor is no seal; do both have the same version?')
  },

  async requestPrune(trail, before) {
    const [{ ask }, { InboxError }] = await Promise.all([import('../scribe/inbox.js'), import('../errors.js')])
    // It reads all that it takes away.
    const { document } = await ask(trail, { kind: 'prune', before }, { timeoutMs: 600_000 })
    if (document !== null && 'segments' in document) return document as PruneNews
    throw new InboxError('the answer of the auditor tells of no pruning; do both have the same version?')
  },

  async takeSeal(seal, keeper, timeoutMs) {
    const { take } = await import('../anchor/take.js')
    return take(seal, keeper, { timeoutMs })
  },

  async rekey(configuration, why) {
    const [
      { Auditor },
      { realFiles },
      { recordsFrom },
      { findEnd },
      { fingerprint },
      { formatVkey },
      { UnsealedError },
    ] = await Promise.all([
      import('../auditor.js'),
      import('../scribe/files.js'),
      import('../scribe/scan.js'),
      import('../scribe/tail.js'),
      import('../scribe/genesis.js'),
      import('../trail/note.js'),
      import('../errors.js'),
    ])
    const { trail } = configuration
    const from = (findEnd(trail, realFiles).last?.record.seq ?? 0) + 1
    const problems: Error[] = []
    const auditor = await Auditor.startWith(
      { ...configuration, discipline: { everyNs: 0n } },
      { keepAlive: true, rekey: why },
    )
    auditor.on('problem', (error) => problems.push(error))
    await auditor.stop()
    let origin = ''
    for (const { placed } of recordsFrom(trail, realFiles, from)) {
      const { record } = placed
      if (record.type === 'open') origin = record.origin
      if (record.type !== 'rekey') continue
      const vkey = formatVkey(origin, Buffer.from(record.newKey, 'hex'))
      return { seq: record.seq, epoch: record.epoch, oldKey: record.oldKey, vkey, fingerprint: fingerprint(vkey) }
    }
    throw problems[0] ?? new UnsealedError(`no new key could be begun in the trail ${trail}`)
  },

  async deliverAlert(message, channel, timeoutMs) {
    const { deliver } = await import('../alerts/deliver.js')
    try {
      return { state: 'sent', message: await deliver(message, channel, { timeoutMs, environment: process.env }) }
    } catch (error) {
      return { state: 'failed', message: (error as Error).message }
    }
  },

  async openAlerts(trail, queue) {
    const [{ openAlerts }, { Outbox }] = await Promise.all([import('../alerts/open.js'), import('../alerts/outbox.js')])
    const waiting = new Outbox(queue).list().map(({ channel, message: { id, condition, wall, cause } }) => {
      return { channel, id, condition, wall, cause }
    })
    return { open: await openAlerts(trail), waiting }
  },

  async enrolmentPage(sheet) {
    const { renderEnrolment } = await import('../../reports/pdf/enrolment.js')
    return renderEnrolment(sheet)
  },

  async lastSeq(trail) {
    const [{ findEnd }, { realFiles }] = await Promise.all([import('../scribe/tail.js'), import('../scribe/files.js')])
    return findEnd(trail, realFiles).last?.record.seq ?? 0
  },

  async openFacts(trail, { index, onProgress }) {
    const { openIndex } = await import('../index-store/index.js')
    const progress = ({ done, total }: { done: number; total: number }) => onProgress({ stage: 'index', done, total })
    const source = await openIndex({ trail, index, onProgress: progress })
    return { source, close: () => source.close() }
  },

  async rebuildIndex(trail, { index, onProgress }) {
    const { rebuildIndex } = await import('../index-store/index.js')
    const progress = ({ done, total }: { done: number; total: number }) => onProgress({ stage: 'index', done, total })
    const source = await rebuildIndex({ trail, index, onProgress: progress })
    source.close()
    return { path: source.path === ':memory:' ? null : source.path, records: source.lastSeq, reason: source.reason }
  },

  async answer(source, question) {
    const { answer } = await import('../evidence/answer.js')
    return answer(source, question)
  },

  async renderReport({ trails, period, ...request }) {
    const options = {
      ...period,
      zone: request.zone ?? undefined,
      nowNs: request.nowNs,
      profile: request.profile ?? undefined,
      profiles: request.profiles,
      toleranceNs: request.toleranceNs ?? undefined,
      warning: request.warning ?? undefined,
      formats: request.formats,
      csvForm: request.csvForm ?? undefined,
      paper: request.paper ?? undefined,
      out: request.out ?? undefined,
      keys: request.keys,
      index: request.index ?? undefined,
      verify: request.verify,
      onProgress: request.onProgress,
    }
    const [trail, ...others] = trails
    if (trail !== undefined && others.length === 0) {
      const { renderReport } = await import('../../reports/render.js')
      const { result, files, exitCode, verification } = await renderReport({ ...options, trail })
      return { result, paths: files.map(({ path }) => path), exitCode, ...(verification ? { verification } : {}) }
    }
    const { renderFleet } = await import('../../reports/render-fleet.js')
    const { result, files, exitCode } = await renderFleet({ ...options, trails })
    return { result, paths: files.map(({ path }) => path), exitCode }
  },

  async diagnose(configuration, bytesPerYear) {
    const [{ diagnose }, { realMachine }, { openLibc }] = await Promise.all([
      import('../doctor/diagnose.js'),
      import('../doctor/machine.js'),
      import('../clock/libc.js'),
    ])
    const machine = realMachine(() => openLibc()?.timex() ?? null)
    return diagnose({ configuration, machine, bytesPerYear })
  },

  async checkReport({ file, trails, keys, genesis, index, onProgress }) {
    const { checkExitCode, checkFile } = await import('../../reports/check-file.js')
    const given = { keys: keys ?? undefined, genesis: genesis ?? undefined, index: index ?? undefined }
    const document = await checkFile({ file, trails, ...given, onProgress })
    return { document, exitCode: checkExitCode(document) }
  },

  async simulateDay(options) {
    const { simulateDemoDay } = await import('../testing/demo.js')
    return simulateDemoDay(options)
  },
}
