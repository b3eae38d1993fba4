/**
 * A web service that stamps orders with the time and the bound of its error, and refuses to where the clock is not proven to be right:
 * 503 instead of a wrong stamp. It takes anything that can be asked about the clock, so its tests need no network
 * (`order-service.test.ts`).
 */
import fastify, { type FastifyInstance } from 'fastify'
import { type AskableClock, ClockNotProvenError } from 'ntp-auditor'

/** @param limit how far the clock may be off, such as `50ms` */
export function orderService(clock: AskableClock, limit: string): FastifyInstance {
  const app = fastify()
  app.post('/orders', async (request, reply) => {
    try {
      const { asOf, low, high, support } = clock.assertWithin(limit)
      return await reply.code(201).send({ order: request.body, at: asOf, error: { low, high }, support })
    } catch (error) {
      if (!(error instanceof ClockNotProvenError)) throw error
      const { code, message, verdict, cause } = error
      return await reply.code(503).header('retry-after', '1').send({ code, message, verdict, cause })
    }
  })
  app.get('/health/clock', async (_request, reply) => {
    const bound = clock.bound()
    return reply.code(bound.verdict === 'PROVEN' ? 200 : 503).send(bound)
  })
  return app
}
