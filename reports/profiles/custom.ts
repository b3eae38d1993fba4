/**
 * Profile `custom`: the tolerance that the operator chose, and the policy of the design. No rule of others.
 * @module
 */
import type { ProfileInput } from './input.js'

export const custom: ProfileInput = {
  title: 'Tolerance chosen by the operator',
  status: 'own',
  statement: 'The tolerance and the policy above are those of the operator; they answer to no rule of others.',
}
