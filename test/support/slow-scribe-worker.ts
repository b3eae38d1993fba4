/**
 * A scribe whose disk takes five seconds for each sync of data, in a thread of its own; the line to the engine and the configuration come
 * as worker data.
 * @module
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemTimers } from '../../lib/clock/timers.js'
import type { Configuration } from '../../lib/config/types.js'
import { Desk } from '../../lib/scribe/desk.js'
import { realFiles } from '../../lib/scribe/files.js'
import { portLink } from '../../lib/scribe/link.js'
import type { AuditorToScribe, EngineToScribe, ScribeToAuditor, ScribeToEngine } from '../../lib/scribe/messages.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import { scribeSettings } from '../../lib/scribe/settings.js'

const { configuration, engine } = workerData as { configuration: Configuration; engine: MessagePort }
if (!parentPort) throw new Error('a worker')
const never = new Int32Array(new SharedArrayBuffer(4))
const files = {
  ...realFiles,
  syncData: (descriptor: number) => {
    Atomics.wait(never, 0, 0, 5000)
    realFiles.syncData(descriptor)
  },
}
new Desk({
  folder: configuration.trail,
  open: (hooks) => Scribe.open({ ...scribeSettings(configuration, null), ...hooks, files }),
  timers: systemTimers,
  engine: portLink<ScribeToEngine, EngineToScribe>(engine),
  auditor: portLink<ScribeToAuditor, AuditorToScribe>(parentPort),
}).start()
