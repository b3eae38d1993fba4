/**
 * The readers' index over a trail.
 * @module
 */
export { type IndexedSource, type OpenIndexOptions, openIndex, rebuildIndex } from './open.js'
export { defaultIndexPath } from './place.js'
