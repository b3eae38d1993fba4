/**
 * `ntp-auditor/testing`: what an application needs to test itself against an auditor without a network and without waiting:
 * a reference on loopback that errs as it is told, true time that jumps, and the clocks of a simulated computer.
 * @module
 */
export type { ClockReading, ClockSource, KernelState, Notice, Timers } from '../clock/types.js'
export type { NtpHeader } from '../ntp/types.js'
export { FakeAuditor, type FakeState, fakeAuditor } from './fake-auditor.js'
export { LoopbackReference, type LoopbackReferenceOptions, type ReceivedRequest } from './loopback-reference.js'
export type {
  ReferenceChange,
  ReferenceFault,
  ReferenceHeader,
  ReferencePath,
  ReferenceSettings,
} from './loopback-settings.js'
export { type SimulateOptions, type Simulation, simulate } from './simulate.js'
export { SimulatedTruthLine } from './simulate-truth.js'
export type {
  Scenario,
  SimulatedComputer,
  SimulatedEvent,
  SimulatedInstant,
  SimulatedKind,
  SimulatedReference,
  Span,
} from './simulate-types.js'
export { SimulatedClocks, type SimulatedClocksOptions, type SimulatedTruth } from './simulated-clocks.js'
export { type RunOptions, VirtualTime } from './virtual-time.js'
