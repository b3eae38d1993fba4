/**
 * Ten thousand simulated days, or as many as are asked for: `node dist/test/soak/days.js [COUNT] [FIRST]`. Prints each day on which
 * something that was said is not true, and goes on; exits with 1 where there was one.
 */
import { tryDay } from '../scenarios/day.js'

const count = Number(process.argv[2] ?? 10_000)
const first = Number(process.argv[3] ?? 1)
const sum = { days: 0, asked: 0, bounded: 0, records: 0, unseen: 0, wrong: 0 }
const began = performance.now()

for (let seed = first; seed < first + count; seed++) {
  const { asked, bounded, records, unseen, wrong } = await tryDay(seed, 60)
  sum.days += 1
  sum.asked += asked
  sum.bounded += bounded
  sum.records += records
  sum.unseen += unseen
  if (wrong.length > 0) {
    sum.wrong += 1
    console.log(`day ${seed}: ${wrong.length} wrong, first: ${wrong[0]}`)
  }
  if (sum.days % 500 === 0) console.log(JSON.stringify(sum), `${((performance.now() - began) / 1000).toFixed(0)} s`)
}
console.log(JSON.stringify(sum), `${((performance.now() - began) / 1000).toFixed(0)} s`)
process.exitCode = sum.wrong > 0 ? 1 : 0
