/**
 * Worker two: runs the scribe's desk in a thread of its own, the only one that writes.
 * @module
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemTimers } from '../clock/timers.js'
import type { Configuration } from '../config/types.js'
import { Desk } from './desk.js'
import { portLink, SwitchLink } from './link.js'
import type { AuditorToScribe, EngineToScribe, Leave, Relink, ScribeToAuditor, ScribeToEngine } from './messages.js'
import { Scribe } from './scribe.js'
import { scribeSettings } from './settings.js'

export interface ScribeWorkerData {
  readonly configuration: Configuration
  /** Of the scribe that died in this process and whose lock is taken over. */
  readonly token: string | null
  /** The line to the engine. */
  readonly engine: MessagePort
}

const { configuration, token, engine } = workerData as ScribeWorkerData
if (!parentPort) throw new Error('the scribe worker was loaded outside a worker thread')
// Heard between two tasks, never inside a native call: to be terminated there would abort the application.
parentPort.on('message', (message: Leave | Relink) => {
  if (message.kind === 'leave') process.exit()
})
const toEngine = new SwitchLink<ScribeToEngine, EngineToScribe>(portLink(engine))
const toAuditor = portLink<ScribeToAuditor, AuditorToScribe | Relink>(parentPort)

const desk = new Desk({
  folder: configuration.trail,
  open: (hooks) => Scribe.open({ ...scribeSettings(configuration), ...hooks, ...(token === null ? {} : { token }) }),
  timers: systemTimers,
  engine: toEngine,
  auditor: {
    post: toAuditor.post,
    close: toAuditor.close,
    listen: (handler) =>
      toAuditor.listen((message) => {
        if (message.kind === 'relink') {
          toEngine.switchTo(portLink(message.port))
          desk.greet()
        } else {
          handler(message)
        }
      }),
  },
})
desk.start()
