/**
 * What a trail proves: bounds and verdicts of a period, registers, and answers about an instant.
 * @module
 */
export {
  type Advice,
  type AdviceDocument,
  type AdviceOptions,
  adviceDocument,
  advise,
  type Obstacle,
  type PathQuality,
} from './advice.js'
export { answer } from './answer.js'
export { type Around, around } from './around.js'
export { addCells, type Cell, course, type Digest, digests } from './digest.js'
export {
  type Baseline,
  type DriftDocument,
  driftDocument,
  drifts,
  type RatePpb,
  type RefutedStretch,
  type RunDrift,
  refutedStretches,
  refutedText,
} from './drift.js'
export { FactReader, factOf } from './facts.js'
export { pieces } from './pieces.js'
export { changes, gaps } from './registers.js'
export { memorySource, trailSource } from './source.js'
export { stretches, verdictOn } from './stretches.js'
export type {
  Answer,
  ChangeEntry,
  Fact,
  FactSource,
  GapEntry,
  Lack,
  Period,
  Piece,
  Question,
  Stretch,
  Witnessed,
} from './types.js'
export { blockSize } from './types.js'
export { heard, upToSeq } from './views.js'
