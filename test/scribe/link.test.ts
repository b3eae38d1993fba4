import { MessageChannel } from 'node:worker_threads'
import { expect, test } from '@jest/globals'
import { linkPair, portLink, SwitchLink } from '../../lib/scribe/link.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('messages arrive in order, never inside the call of post', async () => {
  const [left, right] = linkPair<number, string>()
  const heard: number[] = []
  right.listen((message) => heard.push(message))
  left.post(1)
  left.post(2)
  expect(heard).toEqual([])
  await settled()
  expect(heard).toEqual([1, 2])
})

test('messages before the listener are kept for it, after close none arrive', async () => {
  const [left, right] = linkPair<number, number>()
  left.post(1)
  await settled()
  const heard: number[] = []
  right.listen((message) => heard.push(message))
  await settled()
  right.close()
  left.post(2)
  await settled()
  expect(heard).toEqual([1])
})

test('a handler that posts back does not recurse', async () => {
  const [left, right] = linkPair<number, number>()
  let depth = 0
  let deepest = 0
  right.listen((n) => {
    depth += 1
    deepest = Math.max(deepest, depth)
    if (n < 5) right.post(n + 1)
    depth -= 1
  })
  left.listen((n) => left.post(n))
  left.post(0)
  await settled()
  expect(deepest).toBe(1)
})

test('a switched line posts to the new end and hears it', async () => {
  const first = new MessageChannel()
  const second = new MessageChannel()
  const line = new SwitchLink<string, string>(portLink(first.port1))
  const heard: string[] = []
  line.listen((message) => heard.push(message))
  line.switchTo(portLink(second.port1))
  const arrived = new Promise((resolve) => second.port2.once('message', resolve))
  line.post('to the new one')
  expect(await arrived).toBe('to the new one')
  second.port2.postMessage('from the new one')
  await new Promise((resolve) => second.port1.once('message', resolve))
  expect(heard).toEqual(['from the new one'])
  line.close()
  first.port2.close()
  second.port2.close()
})
