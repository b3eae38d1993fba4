/**
 * The readers' index over a trail.
 * @module
 */
export { type IndexedSource, type Notebook, type OpenIndexOptions, openIndex, rebuildIndex } from './open.js'
export { defaultIndexPath } from './place.js'
