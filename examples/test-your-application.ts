/**
 * Testing an application against references that lie, without a network: three on loopback, one of them two seconds off.
 *
 *     node dist/test-your-application.js
 */
import assert from 'node:assert/strict'
import { sampleOnce } from 'ntp-auditor'
import { LoopbackReference } from 'ntp-auditor/testing'

const honest = [await LoopbackReference.start(), await LoopbackReference.start()]
const liar = await LoopbackReference.start({ offsetNs: 2_000_000_000n })
const references = [...honest, liar].map(({ address, port }) => `${address}:${port}`)

const { verdict, consensus } = await sampleOnce({ references, trustLocal: true, tolerance: '500ms' })
assert.equal(verdict, 'PROVEN')
assert.deepEqual(consensus.dissent, ['tertiary'])

liar.set({ faults: ['kiss-DENY'], offsetNs: 0n })
const denied = await sampleOnce({ references, trustLocal: true, tolerance: '500ms' })
assert.equal(denied.consensus.support, 'paired')

await Promise.all([...honest, liar].map((reference) => reference.stop()))
console.log('the liar was named, the denial was seen')
