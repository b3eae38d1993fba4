/**
 * The sealed trail of the golden files: three epochs over a midnight, a restart, a tail under no seal.
 * @module
 */
import { TrailBuilder } from './trail-builder.js'

/** Writes the golden sealed trail into a folder. */
export function writeGoldenSealed(folder: string): TrailBuilder {
  const origin = 'ntp-auditor.example/golden-sealed'
  const trail = new TrailBuilder({
    ...{ folder, sealedBy: 'golden', utc: '2026-03-03T23:59:00.000000000Z' },
    open: { origin, host: 'golden' },
  })
  trail.open()
  trail.sample({ reason: 'startup' })
  trail.endEpoch()
  trail.advance(10).note(2, 'Wartung \u{1f552}')
  trail.advance(86_400).heartbeat()
  trail.close('signal')
  trail.advance(5).open()
  trail.advance(5).heartbeat()
  return trail
}
