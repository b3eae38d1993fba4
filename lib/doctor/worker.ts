/**
 * A worker thread for one reading of what sets the clock: starting programs and loading what reads the kernel's state are not for the
 * host application's thread.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openLibc } from '../clock/libc.js'
import { NativeGate } from '../clock/native-gate.js'
import { readDiscipline } from './discipline.js'
import { realMachine } from './machine.js'

const gate = new NativeGate((workerData as { readonly gate: SharedArrayBuffer }).gate)
const timex = gate.inside(() => openLibc()?.timex() ?? null)
void readDiscipline(realMachine(() => timex)).then(({ body }) => parentPort?.postMessage(body))
