/**
 * A time-stamping service on loopback: `openssl ts` behind a few lines of HTTP, with a certificate authority of its own.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const configuration = `
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamps]
basicConstraints = CA:false
extendedKeyUsage = critical,timeStamping
[other]
basicConstraints = CA:false
extendedKeyUsage = critical,emailProtection
[tsa]
default_tsa = usual
[usual]
serial = serial
default_policy = 1.3.6.1.4.1.13762.3
other_policies = 1.3.6.1.4.1.13762.4
digests = sha256, sha512
ess_cert_id_alg = sha256
signer_digest = sha256
accuracy = secs:1
`

export interface Behaviour {
  /** The answer, in place of a right one. */
  answer?: (right: Buffer) => { status?: number; type?: string; body: Buffer }
  /** Never answers. */
  silent?: boolean
  certificate?: 'stamps' | 'other'
}

export class TimeStampingService {
  readonly folder: string
  readonly url: string
  /** The authority's certificate, PEM. */
  readonly authority: string
  /** Another authority, which vouches for nobody. */
  readonly stranger: string
  behaviour: Behaviour = {}
  asked = 0
  readonly #server: Server

  private constructor(folder: string, server: Server) {
    this.folder = folder
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`
    this.authority = readFileSync(join(folder, 'authority.pem'), 'utf8')
    this.stranger = readFileSync(join(folder, 'stranger.pem'), 'utf8')
  }

  static async start(): Promise<TimeStampingService> {
    const folder = mkdtempSync(join(tmpdir(), 'tsa-'))
    writeFileSync(join(folder, 'tsa.cnf'), configuration)
    writeFileSync(join(folder, 'serial'), '01\n')
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
    for (const name of ['authority', 'stranger', 'stamps', 'other']) {
      openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)
    }
    for (const name of ['authority', 'stranger']) {
      const subject = [
        '-subj',
        `/O=Tests/CN=${name}`,
        '-days',
        '3650',
        '-extensions',
        'authority',
        '-config',
        'tsa.cnf',
      ]
      openssl('req', '-x509', '-new', '-key', `${name}.key`, '-out', `${name}.pem`, ...subject)
    }
    for (const name of ['stamps', 'other']) {
      openssl(
        'req',
        '-new',
        '-key',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        `/O=Tests/CN=${name}`,
        '-config',
        'tsa.cnf',
      )
      const ca = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial']
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...ca,
        '-out',
        `${name}.pem`,
        '-days',
        '3650',
        '-extfile',
        'tsa.cnf',
        '-extensions',
        name,
      )
    }
    let service: TimeStampingService | null = null
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (!service) return
        service.asked += 1
        const { silent, answer } = service.behaviour
        if (silent) return
        const right = service.stamp(Buffer.concat(chunks))
        const { status = 200, type = 'application/timestamp-reply', body } = answer?.(right) ?? { body: right }
        response.writeHead(status, { 'content-type': type }).end(body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    service = new TimeStampingService(folder, server)
    return service
  }

  /** The response of the service to a request. */
  stamp(request: Buffer): Buffer {
    const { folder } = this
    writeFileSync(join(folder, 'request.tsq'), request)
    const who = ['-signer', 'stamps.pem', '-inkey', 'stamps.key', '-chain', 'authority.pem']
    const args = ['ts', '-reply', '-config', 'tsa.cnf', '-section', 'usual', '-queryfile', 'request.tsq', ...who]
    execFileSync('openssl', [...args, '-out', 'response.tsr'], { cwd: folder, stdio: 'pipe' })
    const response = readFileSync(join(folder, 'response.tsr'))
    return this.behaviour.certificate === 'other' ? this.#signedByOther() : response
  }

  /** What the response states, signed with a certificate for e-mail: `openssl ts` would refuse to. */
  #signedByOther(): Buffer {
    const { folder } = this
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-in', 'response.tsr', '-token_out', '-out', 'token.der')
    openssl('cms', '-verify', '-noverify', '-inform', 'DER', '-in', 'token.der', '-out', 'stated.der', '-binary')
    const who = ['-signer', 'other.pem', '-inkey', 'other.key', '-md', 'sha256', '-cades']
    const form = ['-binary', '-nodetach', '-outform', 'DER', '-econtent_type', '1.2.840.113549.1.9.16.1.4']
    openssl('cms', '-sign', '-in', 'stated.der', ...form, ...who, '-out', 'signed.der')
    const status = Buffer.from('3003020100', 'hex')
    const content = Buffer.concat([status, readFileSync(join(folder, 'signed.der'))])
    return Buffer.concat([Buffer.from([0x30, 0x82, content.length >> 8, content.length & 0xff]), content])
  }

  /** What `openssl ts -verify` says of a response: an independent judge. */
  verifies(response: Buffer, data: Buffer): boolean {
    writeFileSync(join(this.folder, 'judged.tsr'), response)
    writeFileSync(join(this.folder, 'judged.data'), data)
    try {
      const args = ['ts', '-verify', '-in', 'judged.tsr', '-data', 'judged.data', '-CAfile', 'authority.pem']
      return execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' }).includes('Verification: OK')
    } catch {
      return false
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.folder, { recursive: true })
  }
}
