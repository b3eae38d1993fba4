/**
 * What the application and the engine say to one another. Everything here crosses threads by structured clone.
 * @module
 */
import type { SampleReason } from '../consensus/types.js'
import type { ErrorData } from '../scribe/messages.js'

export type AuditorToEngine =
  | { readonly kind: 'sample'; readonly requestId: number; readonly reason: SampleReason }
  | { readonly kind: 'stop'; readonly reason: string; readonly budgetMs: number }

export type EngineToAuditor =
  | { readonly kind: 'promise'; readonly requestId: number; readonly draftId: number }
  | { readonly kind: 'refuse'; readonly requestId: number; readonly error: ErrorData }
  | { readonly kind: 'problem'; readonly error: ErrorData }
