/**
 * Reads what a printer gets: PWG raster (PWG 5102.4) of one or three bytes a pixel, as pages of grey.
 * @module
 */

export interface RasterPage {
  readonly width: number
  readonly height: number
  /** One byte a pixel, 255 is paper. */
  readonly grey: Buffer
}

/** Length of a page header (PWG 5102.4 section 4.3). */
const headerBytes = 1796

/** One page after the other: each is large. @throws {RangeError} for anything else */
export function* rasterPages(bytes: Buffer): Generator<RasterPage> {
  if (bytes.toString('latin1', 0, 4) !== 'RaS2') throw new RangeError('no PWG raster')
  let at = 4
  while (at < bytes.length) {
    const [width, height] = [bytes.readUInt32BE(at + 372), bytes.readUInt32BE(at + 376)]
    const depth = bytes.readUInt32BE(at + 388) / 8
    if (depth !== 1 && depth !== 3) throw new RangeError(`pixels of ${depth} bytes`)
    at += headerBytes
    const grey = Buffer.alloc(width * height, 255)
    for (let y = 0; y < height; ) {
      const copies = (bytes[at++] ?? 0) + 1
      const start = y * width
      for (let x = 0; x < width; ) {
        const code = bytes[at++] ?? 0
        if (code === 128) break // the rest of the line is paper
        const [count, same] = code < 128 ? [code + 1, true] : [257 - code, false]
        for (let i = 0; i < count; i++) {
          grey[start + x + i] = bytes[at + (same ? 0 : i * depth) + (depth >> 1)] ?? 255
        }
        at += same ? depth : count * depth
        x += count
      }
      for (let copy = 1; copy < copies; copy++) grey.copyWithin(start + copy * width, start, start + width)
      y += copies
    }
    yield { width, height, grey }
  }
}

/** A page as a PGM file. */
export function pgm({ width, height, grey }: RasterPage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), grey])
}
