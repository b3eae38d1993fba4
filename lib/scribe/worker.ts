/**
 * Worker two: runs the scribe's desk in a thread of its own, the only one that writes.
 * @module
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { readBootId } from '../clock/boot.js'
import { NativeGate } from '../clock/native-gate.js'
import { systemTimers } from '../clock/timers.js'
import type { Configuration } from '../config/types.js'
import { SharedBoard } from '../evidence/live-board.js'
import { Desk } from './desk.js'
import { portLink, SwitchLink } from './link.js'
import type { AuditorToScribe, EngineToScribe, Leave, Relink, ScribeToAuditor, ScribeToEngine } from './messages.js'
import { Mirror } from './mirror.js'
import { Scribe } from './scribe.js'
import { scribeSettings } from './settings.js'
import { takeSqliteLock } from './sqlite-lock.js'

export interface ScribeWorkerData {
  readonly configuration: Configuration
  /** Of the scribe that died in this process and whose lock is taken over. */
  readonly token: string | null
  /** Why a new chain of keys begins; `null`: none does. */
  readonly rekey: string | null
  /** The line to the engine. */
  readonly engine: MessagePort
  /** Shared memory in which the engine publishes the live cone. */
  readonly live: SharedArrayBuffer
  /** Of its {@link NativeGate}. */
  readonly gate: SharedArrayBuffer
}

const { configuration, token, rekey, engine, live, gate: gateBuffer } = workerData as ScribeWorkerData
const gate = new NativeGate(gateBuffer)
if (!parentPort) throw new Error('the scribe worker was loaded outside a worker thread')
// Heard between two tasks, never inside a native call: to be terminated there would abort the application.
parentPort.on('message', (message: Leave | Relink) => {
  if (message.kind === 'leave') process.exit()
})
const toEngine = new SwitchLink<ScribeToEngine, EngineToScribe>(portLink(engine))
const toAuditor = portLink<ScribeToAuditor, AuditorToScribe | Relink>(parentPort)

const sqlite: typeof takeSqliteLock = (path) => {
  const lock = gate.inside(() => takeSqliteLock(path))
  return typeof lock === 'string' ? lock : { release: () => gate.inside(() => lock.release()) }
}

const desk = new Desk({
  folder: configuration.trail,
  open: (hooks) =>
    Scribe.open({ ...scribeSettings(configuration, rekey), ...hooks, sqlite, ...(token === null ? {} : { token }) }),
  timers: systemTimers,
  engine: toEngine,
  mirror: new Mirror({
    folder: configuration.trail,
    source: new SharedBoard(live),
    timers: systemTimers,
    periodMs: Number(configuration.witness.periodNs) / 1e6,
    bootId: readBootId(),
  }),
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
