import { expect, test } from '@jest/globals'
import { observe } from '../../lib/clock/observe.js'
import { contains } from '../../lib/interval.js'
import { Computer, second } from './sim.js'

test('a set between the question for a notice and the reading is in both, or in neither', () => {
  for (let offset = 0n; offset < 1_200n; offset += 10n) {
    const computer = new Computer('native')
    const source = computer.source()
    source.read()
    const before = computer.dNs
    computer.at(computer.nowNs + offset, () => computer.set(second))
    const { reading, notice } = observe(source)
    expect(contains(reading.d, before + (notice === 'seen' ? second : 0n))).toBe(true)
  }
})

test('a notice already taken is carried along', () => {
  const source = new Computer('native').source()
  expect(observe(source, 'seen').notice).toBe('seen')
  expect(observe(source).notice).toBe('none')
  expect(observe(new Computer('wasi').source()).notice).toBe('absent')
})

test('a clock that is set all the time is read all the same', () => {
  const computer = new Computer('native')
  const source = computer.source()
  let reads = 0
  const read = () => {
    reads++
    computer.set(1n)
    return source.read()
  }
  const restless = { ...source, read }
  expect(observe(restless).notice).toBe('seen')
  expect(reads).toBe(3)
})
