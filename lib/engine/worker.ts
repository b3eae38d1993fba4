/**
 * Worker one: runs the engine in a thread of its own, where neither the application nor the disk can hold it up.
 * @module
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { NativeGate } from '../clock/native-gate.js'
import { openClockSource } from '../clock/open.js'
import type { Configuration } from '../config/types.js'
import { SharedBoard } from '../evidence/live-board.js'
import { portLink, SwitchLink } from '../scribe/link.js'
import type { EngineToScribe, Leave, Relink, ScribeToEngine } from '../scribe/messages.js'
import { Engine } from './engine.js'
import type { AuditorToEngine, EngineToAuditor } from './messages.js'
import { realParts } from './parts.js'

export interface EngineWorkerData {
  readonly configuration: Configuration
  readonly generation: number
  /** The line to the scribe. */
  readonly scribe: MessagePort
  /** Shared memory in which the live cone is published. */
  readonly live: SharedArrayBuffer
  /** Of its {@link NativeGate}. */
  readonly gate: SharedArrayBuffer
}

const { configuration, generation, scribe, live, gate } = workerData as EngineWorkerData
if (!parentPort) throw new Error('the engine worker was loaded outside a worker thread')
// Heard between two tasks, never inside a native call: to be terminated there would abort the application.
parentPort.on('message', (message: Leave | Relink) => {
  if (message.kind === 'leave') process.exit()
})
const toScribe = new SwitchLink<EngineToScribe, ScribeToEngine>(portLink(scribe))
const toAuditor = portLink<EngineToAuditor, AuditorToEngine | Relink>(parentPort)

new Engine({
  configuration,
  parts: realParts({ clocks: openClockSource({ gate: new NativeGate(gate) }) }),
  scribe: toScribe,
  auditor: {
    post: toAuditor.post,
    close: toAuditor.close,
    listen: (handler) =>
      toAuditor.listen((message) => {
        if (message.kind === 'relink') toScribe.switchTo(portLink(message.port))
        else handler(message)
      }),
  },
  kind: 'worker',
  simulation: false,
  generation,
  live: new SharedBoard(live),
})
