/**
 * What the auditor's services wrote into the trail, as lines for eyes: anchors, prints, reports, alerts, changes of the
 * configuration and of what sets the clock.
 * @module
 */
import type { AlertBody, AnchorBody, ConfigBody, DisciplineBody, PrintBody, ReportBody } from '../trail/types.js'

export function serviceLines(
  body: AnchorBody | PrintBody | ReportBody | AlertBody | ConfigBody | DisciplineBody,
): string[] {
  switch (body.type) {
    case 'anchor': {
      const kept = `${body.ok ? 'kept' : 'NOT KEPT'} by ${body.keeper}${body.at === null ? '' : ` at ${body.at}`}`
      return [`anchor ${body.kind}: ${body.checkpoint} of ${body.size} records ${kept}`, body.message]
    }
    case 'print': {
      const done = body.ok ? 'printed' : 'NOT PRINTED'
      return [`${done} ${body.file}, ${body.bytes} bytes: ${body.command.join(' ')}`, body.message]
    }
    case 'report':
      return [
        `report of ${body.period} under ${body.profile}: policy ${body.met}, trail ${intactWords[body.intact]}`,
        ...body.files.map(({ name, sha256 }) => `${name} sha256 ${sha256}`),
        body.message,
      ]
    case 'alert': {
      const on = body.on === null ? '' : ` on ${body.on}`
      const reached = body.channels.map(({ name, state }) => `${name} ${state}`).join(', ')
      return [`ALERT ${body.condition} ${body.state}${on}: ${body.cause}`, `next: ${body.next}`, reached]
    }
    case 'config':
      return [`configuration changed: ${body.keys.join(', ')}`]
    case 'discipline': {
      const running = body.running === null ? 'not known to run' : body.running ? 'running' : 'NOT RUNNING'
      const locked = body.synchronised === null ? '' : body.synchronised ? ', synchronised' : ', NOT SYNCHRONISED'
      const what = body.changed.length === 0 ? '' : `; changed: ${body.changed.join(', ')}`
      return [
        `clock set by ${body.service}, ${running}${locked}${what}`,
        [...body.sources, ...body.settings].join(', '),
      ]
    }
  }
}

const intactWords = {
  true: 'intact',
  false: 'DAMAGED',
  'self-consistent': 'self-consistent',
  'not-verified': 'not verified',
} as const
