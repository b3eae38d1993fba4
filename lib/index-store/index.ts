/**
 * The readers' index over a trail.
 * @module
 */
export type { Notebook } from './notebook.js'
export { type IndexedSource, type OpenIndexOptions, openIndex, type Primer, rebuildIndex } from './open.js'
export { defaultIndexPath } from './place.js'
