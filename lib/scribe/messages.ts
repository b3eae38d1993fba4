/**
 * What is said to the scribe and by it. Everything here crosses threads by structured clone.
 * @module
 */
import type { MessagePort } from 'node:worker_threads'
import type { Draft, OpenBody, Placed, StoredStamp, TrailRecord } from '../trail/types.js'
import type { Request } from './inbox.js'

/** From the application to a worker: the other worker was replaced, this is the line to the new one. */
export interface Relink {
  readonly kind: 'relink'
  readonly port: MessagePort
}

/** From the application to a worker: end by yourself, now. */
export interface Leave {
  readonly kind: 'leave'
}

/** An error as data: what is left of it behind a thread boundary. */
export interface ErrorData {
  readonly code: string
  readonly message: string
}

/** An epoch that was sealed. */
export interface SealNews {
  readonly epoch: number
  /** seq of its close record: how many records lie under the seal. */
  readonly seq: number
  /** Root of the tree over them, 64 hexadecimal digits. */
  readonly root: string
  /** The checkpoint: path below the trail folder, its text, SHA-256 of its bytes. */
  readonly path: string
  readonly text: string
  readonly digest: string
  /** Label day of the segment that holds the close. */
  readonly label: string
  /** Whether that segment ends with it: the last seal of a label day, or of a run. */
  readonly final: boolean
  /** `epoch`: its time was up; `rotation`: the label day changed; what a stop or a request said. */
  readonly reason: string
  /** What the wall clock showed. */
  readonly wall: string
}

/** What was pruned. */
export interface PruneNews {
  /** seq of the `prune` record; `null`: there was nothing to prune. */
  readonly seq: number | null
  readonly fromSeq: number
  readonly toSeq: number
  /** How many segments lost their records, and how many bytes went. */
  readonly segments: number
  readonly bytes: number
}

/** What can be asked of a scribe that holds a trail. */
export type Chore =
  /** Close the epoch now. */
  | { readonly kind: 'seal' }
  /** Take away the records of the segments whose label day lies before this one. */
  | { readonly kind: 'prune'; readonly before: string }

/** Who asked: a command through the inbox, or the application. */
export type ChoreAsker = { readonly token: string } | { readonly requestId: number }

export type ChoreAnswer =
  | { readonly ok: true; readonly seq: number; readonly result: SealNews | PruneNews }
  | { readonly ok: false; readonly error: ErrorData }

/** The part of `open` that the engine knows; the scribe adds what is its own. */
export type OpenFields = Omit<
  OpenBody,
  'type' | 'segment' | 'label' | 'zone' | 'lock' | 'syncsFolders' | 'afterCrash' | 'supersedes' | 'reason'
>

/** The end of a trail as an engine needs it to go on. */
export interface TailSummary {
  readonly last: TrailRecord
}

export type EngineToScribe =
  /** First of all: the trail's next segment begins with these clocks. The drafts of this engine have ids above `firstId`. */
  | {
      readonly kind: 'begin'
      readonly open: OpenFields
      readonly reason: OpenBody['reason']
      readonly stamp: StoredStamp
      readonly firstId: number
    }
  | { readonly kind: 'draft'; readonly draft: Draft }
  /** The inbox request `token` will be answered when draft `draftId` is durable. */
  | { readonly kind: 'promise'; readonly token: string; readonly draftId: number }
  | { readonly kind: 'refuse'; readonly token: string; readonly error: ErrorData }
  /** Do this as soon as draft `draftId` is durable, and tell who asked for it. */
  | { readonly kind: 'chore'; readonly draftId: number; readonly who: ChoreAsker; readonly chore: Chore }
  | { readonly kind: 'close'; readonly reason: string; readonly stamp: StoredStamp }

export type ScribeToEngine =
  | { readonly kind: 'tail'; readonly tail: TailSummary | null }
  | { readonly kind: 'written'; readonly draftId: number; readonly seq: number }
  | { readonly kind: 'request'; readonly token: string; readonly request: Request }

/** The engine does not answer any more: close the trail without it. */
export type AuditorToScribe = { readonly kind: 'release' }

export type ScribeToAuditor =
  /** The trail is open. `token` lets a scribe that takes over from this one take its lock. */
  | { readonly kind: 'opened'; readonly token: string }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  /** The `open` record is durable: the audit stands. */
  | { readonly kind: 'ready' }
  /** A record is durable. `draftId` is `null` for records that the scribe made itself. */
  | { readonly kind: 'record'; readonly draftId: number | null; readonly placed: Placed }
  | { readonly kind: 'problem'; readonly error: ErrorData }
  /** An epoch was sealed, and its key is erased. */
  | { readonly kind: 'sealed'; readonly seal: SealNews }
  | { readonly kind: 'chore-answer'; readonly requestId: number; readonly answer: ChoreAnswer }
  | { readonly kind: 'closed' }

export function errorData(error: unknown): ErrorData {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Partial<ErrorData>
  return { code: typeof code === 'string' ? code : 'ERR_UNEXPECTED', message: message ?? String(error) }
}
