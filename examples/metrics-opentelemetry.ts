/**
 * Metrics for OpenTelemetry: the same as `metrics-prometheus.ts` through the API, so that they go wherever your SDK sends them.
 * Here they are printed once, to show what they look like.
 *
 *     node dist/metrics-opentelemetry.js ./audit-trail time.example.net
 */
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { type AskableClock, Auditor } from 'ntp-auditor'

/** Registers what a clock says; all that an application needs. */
export function observeClock(clock: AskableClock): void {
  const meter = metrics.getMeter('ntp-auditor')
  const bound = meter.createObservableGauge('clock.error.bound', { unit: 's', description: 'bound of UTC - clock' })
  const proven = meter.createObservableGauge('clock.proven', { description: '1 where it is PROVEN, else 0' })
  meter.addBatchObservableCallback(
    (result) => {
      const { verdict, low, high } = clock.bound()
      result.observe(proven, verdict === 'PROVEN' ? 1 : 0, { verdict })
      if (low !== null) result.observe(bound, low, { side: 'low' })
      if (high !== null) result.observe(bound, high, { side: 'high' })
    },
    [bound, proven],
  )
}

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
const provider = new MeterProvider({ readers: [reader] })
metrics.setGlobalMeterProvider(provider)

const [trail, ...references] = process.argv.slice(2)
await using auditor = await Auditor.start({
  trail,
  references,
  tolerance: '50ms',
  // Only for servers on this very computer, as tests have them.
  trustLocal: references.every((reference) => reference.startsWith('127.')),
})
await auditor.ready({ timeout: '30s' })
observeClock(auditor)

await provider.forceFlush()
for (const { scopeMetrics } of exporter.getMetrics()) {
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
    for (const { attributes, value } of dataPoints) console.log(descriptor.name, JSON.stringify(attributes), value)
  }
}
await provider.shutdown()
