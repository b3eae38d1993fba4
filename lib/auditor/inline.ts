/**
 * The same engine and scribe in the calling thread: for simulated time, bundlers and runtimes without worker threads.
 * @module
 */
import type { Configuration } from '../config/types.js'
import { Engine } from '../engine/engine.js'
import type { AuditorToEngine, EngineToAuditor } from '../engine/messages.js'
import { type EngineParts, realParts } from '../engine/parts.js'
import { LocalBoard } from '../evidence/live-board.js'
import { Desk } from '../scribe/desk.js'
import { linkPair } from '../scribe/link.js'
import type { AuditorToScribe, EngineToScribe, ScribeToAuditor, ScribeToEngine } from '../scribe/messages.js'
import { Mirror } from '../scribe/mirror.js'
import { Scribe } from '../scribe/scribe.js'
import { scribeSettings } from '../scribe/settings.js'
import type { Crew, CrewListener } from './crew.js'

export interface InlineOptions {
  readonly parts?: Partial<EngineParts>
  readonly simulation: boolean
  /** Why a new chain of keys begins; `null`: none does. */
  readonly rekey: string | null
}

export function inlineCrew(configuration: Configuration, listener: CrewListener, options: InlineOptions): Crew {
  const parts = realParts(options.parts)
  const live = new LocalBoard()
  const [engineToScribe, scribeToEngine] = linkPair<EngineToScribe, ScribeToEngine>()
  const [auditorToEngine, engineToAuditor] = linkPair<AuditorToEngine, EngineToAuditor>()
  const [auditorToScribe, scribeToAuditor] = linkPair<AuditorToScribe, ScribeToAuditor>()
  auditorToEngine.listen(listener.fromEngine)
  auditorToScribe.listen(listener.fromScribe)
  const engine = new Engine({
    configuration,
    parts,
    scribe: engineToScribe,
    auditor: engineToAuditor,
    kind: 'inline',
    simulation: options.simulation,
    generation: 0,
    live,
  })
  const desk = new Desk({
    folder: configuration.trail,
    open: (hooks) => Scribe.open({ ...scribeSettings(configuration, options.rekey), ...hooks }),
    timers: parts.timers,
    engine: scribeToEngine,
    auditor: scribeToAuditor,
    // What speaks of simulated clocks would tell others nothing.
    ...(options.simulation
      ? {}
      : {
          mirror: new Mirror({
            folder: configuration.trail,
            source: live,
            timers: parts.timers,
            periodMs: Number(configuration.witness.periodNs) / 1e6,
            bootId: parts.clocks.bootId,
          }),
        }),
  })
  desk.start()
  return {
    live,
    toEngine: auditorToEngine.post,
    toScribe: auditorToScribe.post,
    hold: () => {},
    end: async () => {
      engine.end()
      desk.end()
      for (const link of [engineToScribe, scribeToEngine, auditorToEngine, engineToAuditor, auditorToScribe])
        link.close()
      scribeToAuditor.close()
    },
  }
}
