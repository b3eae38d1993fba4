/**
 * The version of this package, as `open` records it and pages print it.
 * @module
 */

/** Kept equal to package.json by a test. */
export const version = '0.1.0'
