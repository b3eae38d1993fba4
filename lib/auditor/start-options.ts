/**
 * How an audit is begun, beside its configuration.
 * @module
 */
import type { EngineParts } from '../engine/parts.js'

export interface StartOptions {
  /**
   * `worker` (default): two worker threads. `inline`: the same code in the calling thread, for bundlers, Electron and tests;
   * a blocked event loop then delays looks and receive times, and `open` says so.
   */
  readonly engine?: 'worker' | 'inline'
  /** Whether the audit alone keeps the process alive. Default `false`: it ends with the application. */
  readonly keepAlive?: boolean
  /** Stops the auditor when aborted. */
  readonly signal?: AbortSignal
  /** Begins a new chain of keys, whatever became of the old one, and says why in the trail: for `init --rekey`. */
  readonly rekey?: string
  /** Folder that relative paths are relative to. Default: the working directory. */
  readonly base?: string
  /**
   * Only with `engine: 'inline'`: clocks, timers and sockets to use in place of the real ones. The trail then says that it
   * is a simulation.
   */
  readonly parts?: Partial<EngineParts>
}
