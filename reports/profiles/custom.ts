/**
 * Profile `custom`: the tolerance that the operator chose, and the policy of the design. No rule of others.
 * @module
 */
import type { Profile } from './types.js'

export const custom: Profile = {
  id: 'custom',
  title: 'Tolerance chosen by the operator',
  clause: '',
  status: 'own',
  source: 'the configuration of the auditor',
  checkedOn: '',
  toleranceNs: null,
  warningNs: null,
  granularityNs: null,
  unprovable: null,
  provenBasisPoints: 9900n,
  longestGapNs: null,
  leastReferences: 1,
  leastSupport: 'single',
  standard: null,
  retention: null,
  reviewPeriod: null,
  hours: null,
  holidays: [],
  checkBefore: null,
  counters: [],
  statement: 'The tolerance and the policy above are those of the operator; they answer to no rule of others.',
  worksheet: [],
  notes: [],
}
