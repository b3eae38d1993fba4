/**
 * `ntp-auditor anchor`: closes the epoch now and takes its seal to everybody who keeps seals, also beside a running auditor.
 * @module
 */
import { keepersOf } from '../anchor/keepers.js'
import { sealOf } from '../anchor/seal-of.js'
import { filed } from '../auditor/anchoring.js'
import type { Configuration } from '../config/types.js'
import type { SealNews } from '../scribe/messages.js'
import type { AnchorBody } from '../trail/types.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { serviceLines } from './service-text.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { harmless } from './text.js'
import { type Writer, withWriter } from './writer.js'

/**
 * Prints the seal, which is an anchor wherever it is kept: on paper, in a mail, in a notary's book.
 * @returns 0 when every keeper took it, 4 otherwise
 */
export async function anchor(options: AuditOptions, io: Io, parts: Parts): Promise<number> {
  const configuration = auditSettings(options, 'trail', io)
  await tellNotes(configuration.notes, io)
  const keepers = keepersOf(configuration.anchor)
  const { seal, anchors } = await withWriter(quietly(configuration), io, parts, (writer) =>
    anchorNow(configuration, writer, parts),
  )
  if (options.json) {
    const { path, text, epoch, seq: size, digest: sha256 } = seal
    await io.stdout.write(`${JSON.stringify({ checkpoint: { path, text, epoch, size, sha256 }, anchors })}\n`)
  } else {
    const told = anchors.flatMap((body) => serviceLines(body)).filter((line) => line !== '')
    const advice =
      keepers.length === 0
        ? ['Nobody is configured to keep it ("anchor" in the configuration): keep these lines yourself.']
        : []
    await io.stdout.write(`${seal.text}\n${[...told, ...advice].map(harmless).join('\n')}\n`)
  }
  return anchors.every(({ ok }) => ok) ? 0 : 4
}

/** The seal is taken by the command: the auditor that it starts must not take it once more. */
export function quietly(configuration: Configuration): Configuration {
  return { ...configuration, anchor: { ...configuration.anchor, tsa: null, command: null } }
}

/** Closes the epoch, takes its seal to every keeper, and records how that went. */
export async function anchorNow(
  { anchor, trail }: Configuration,
  writer: Writer,
  parts: Pick<Parts, 'takeSeal'>,
): Promise<{ readonly seal: SealNews; readonly anchors: readonly (AnchorBody & { readonly seq: number })[] }> {
  const timeoutMs = Number(anchor.timeoutNs / 1_000_000n)
  const seal = await writer.seal()
  const anchors: (AnchorBody & { seq: number })[] = []
  for (const keeper of keepersOf(anchor)) {
    const { body, attachment } = await filed(trail, await parts.takeSeal(sealOf(seal), keeper, timeoutMs))
    const { seq } = await writer.record(body, attachment)
    anchors.push({ seq, ...body })
  }
  return { seal, anchors }
}
