// Recomputes the bound of every reading of a trail from its raw fields, importing nothing: what anybody can do with the
// formula of docs/method.md. Reads sample records (JSON, one a line) on stdin; prints each reading's bound, one a line;
// exits with 1 where a recorded bound differs by a nanosecond.
import { readFileSync } from 'node:fs'

const up = (a, b) => -(-a / b - (-a % b < 0n ? 1n : 0n)) // division rounding up
let wrong = 0
for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const sample = JSON.parse(line)
  for (const [role, r] of Object.entries(sample.readings ?? {}).filter(([, reading]) => reading.ok)) {
    const [t1, t2, t3, t4, ref] = [r.t1, r.t2, r.t3, r.t4, r.referenceTime].map((t) => BigInt(`0x${t}`))
    const since = (a, b) => BigInt.asIntN(64, a - b) // units of 2^-32 s, wrapped
    const rho = up(BigInt(sample.resolutionNs) << 32n, 10n ** 9n)
    const measured = since(t4, t1) - since(t3, t2)
    const delay = measured > rho ? measured : rho
    const dispersion = up(BigInt(`0x${r.rootDispersion}`) * 10n ** 9n, 1n << 16n)
    const aged = up(since(t3, ref) * 15_000n, 1n << 32n)
    const precision = r.precision < 0 ? up(10n ** 9n, 1n << BigInt(-r.precision)) : (10n ** 9n) << BigInt(r.precision)
    const drift = up(since(t4, t1) * BigInt(sample.ratePpb), 1n << 32n)
    const rootDelay = up(BigInt(`0x${r.rootDelay}`) * 10n ** 9n, 1n << 17n)
    const error = rootDelay + (dispersion > aged ? dispersion : aged) + precision + BigInt(r.readingNs) + drift
    const twice = since(t2, t1) + since(t3, t4)
    const low = -up(-(twice - delay) * 10n ** 9n, 1n << 33n) - error
    const high = up((twice + delay) * 10n ** 9n, 1n << 33n) + error
    console.log(`${sample.seq ?? '-'} ${role} ${low} ${high}`)
    if (`${low}` !== r.lowNs || `${high}` !== r.highNs) {
      wrong += 1
      console.error(`${sample.seq ?? '-'} ${role}: recorded ${r.lowNs} ${r.highNs}`)
    }
  }
}
process.exitCode = wrong === 0 ? 0 : 1
