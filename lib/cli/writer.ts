/**
 * How a command writes into a trail: through the auditor that holds it, else as an auditor of its own for as long as it takes.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { PruneNews, SealNews } from '../scribe/messages.js'
import type { SampleDocument } from '../trail/document.js'
import type { Attachment, ServiceBody } from '../trail/types.js'
import type { Io } from './io.js'
import type { AuditorListeners, Parts } from './parts.js'

export interface Writer {
  /** Whether another auditor holds the trail and is asked. */
  readonly beside: boolean
  sample(): Promise<SampleDocument>
  record(body: ServiceBody, attachment?: Attachment): Promise<{ readonly seq: number }>
  /** Closes the epoch now. */
  seal(): Promise<SealNews>
  /** Takes away the records of segments before a day. */
  prune(before: string): Promise<PruneNews>
}

/**
 * Runs `use` with a writer; an auditor of our own is stopped in good order behind it.
 * @throws {InboxError} the auditor that holds the trail did not answer
 * @throws {AuditorError} the trail cannot be opened
 */
export async function withWriter<T>(
  configuration: Configuration,
  io: Io,
  parts: Pick<Parts, 'startAuditor' | 'requestSample' | 'requestRecord' | 'requestSeal' | 'requestPrune'>,
  use: (writer: Writer) => Promise<T>,
): Promise<T> {
  const { trail } = configuration
  let auditor: Awaited<ReturnType<Parts['startAuditor']>>
  try {
    // It lives for a moment: there is nothing to watch.
    auditor = await parts.startAuditor({ ...configuration, discipline: { everyNs: 0n } }, listeners(io))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_TRAIL_LOCKED') throw error
    return use({
      beside: true,
      sample: () => parts.requestSample(trail),
      record: (body, attachment) => parts.requestRecord(trail, body, attachment),
      seal: () => parts.requestSeal(trail),
      prune: (before) => parts.requestPrune(trail, before),
    })
  }
  try {
    return await use({
      beside: false,
      sample: () => auditor.sample(),
      record: (body, attachment) => auditor.record(body, attachment),
      seal: () => auditor.seal(),
      prune: (before) => auditor.prune(before),
    })
  } finally {
    await auditor.stop()
  }
}

/** Only problems are told. */
function listeners(io: Io): AuditorListeners {
  const nothing = () => {}
  return {
    sample: nothing,
    clockChange: nothing,
    gap: nothing,
    verdict: nothing,
    problem: (error) => void io.stderr.write(`ntp-auditor: ${error.message}\n`).catch(nothing),
  }
}
