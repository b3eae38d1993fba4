/** A message to test with. */
import type { Message } from '../../lib/alerts/types.js'

export function messageOf(change: Partial<Message> = {}): Message {
  return {
    id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
    condition: 'clock-changed',
    key: 'set',
    state: 'raised',
    severity: 'alert',
    on: 17,
    cause: 'the clock was moved 3.000000000 s back',
    next: 'find out who did it',
    count: 1,
    channels: ['ops'],
    wall: '2026-03-03T14:02:00.123456789Z',
    host: 'pluto',
    organisation: 'Bank',
    asset: 'A-7',
    trail: '/srv/trail',
    ...change,
  }
}
