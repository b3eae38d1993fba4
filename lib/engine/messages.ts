/**
 * What the application and the engine say to one another. Everything here crosses threads by structured clone.
 * @module
 */
import type { SampleReason } from '../consensus/types.js'
import type { Chore, ErrorData } from '../scribe/messages.js'
import type { Attachment, ServiceBody } from '../trail/types.js'

export type AuditorToEngine =
  | { readonly kind: 'sample'; readonly requestId: number; readonly reason: SampleReason }
  /** Record this; the draft is promised at once. */
  | {
      readonly kind: 'record'
      readonly requestId: number
      readonly body: ServiceBody
      readonly attachment?: Attachment
    }
  /** Have the scribe do this behind a look of now; it answers. */
  | { readonly kind: 'chore'; readonly requestId: number; readonly chore: Chore }
  | { readonly kind: 'stop'; readonly reason: string; readonly budgetMs: number }

export type EngineToAuditor =
  | { readonly kind: 'promise'; readonly requestId: number; readonly draftId: number }
  | { readonly kind: 'refuse'; readonly requestId: number; readonly error: ErrorData }
  | { readonly kind: 'problem'; readonly error: ErrorData }
