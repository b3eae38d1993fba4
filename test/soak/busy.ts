/** A loop that never rests, until its parent ends it. */
process.on('disconnect', () => process.exit(0))
const spin = (): void => {
  const until = performance.now() + 50
  while (performance.now() < until);
  setImmediate(spin)
}
spin()
