/**
 * Who waits for the first usable sample.
 * @module
 */
import { systemTimers } from '../clock/timers.js'
import { NotReadyError } from '../errors.js'

export class Readiness {
  #reached = false
  #waiting: (() => void)[] = []

  get reached(): boolean {
    return this.#reached
  }

  /** There is one. */
  reach(): void {
    this.#reached = true
    for (const done of this.#waiting.splice(0)) done()
  }

  /**
   * @param hosts of the references, for the message
   * @throws {NotReadyError} there was none in that time
   */
  within(timeoutMs: number, words: { readonly timeout: string; readonly hosts: string }): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        systemTimers.clearTimeout(timer)
        resolve()
      }
      const timer = systemTimers.setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== done)
        const { timeout, hosts } = words
        const message = `no usable answer from ${hosts} within ${timeout}; the audit goes on. Next step: \`ntp-auditor sample\` tells what each reference answers`
        reject(new NotReadyError(message))
      }, timeoutMs)
      this.#waiting.push(done)
    })
  }
}
