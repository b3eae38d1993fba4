/**
 * RFC 3161 time stamps as values: the request for some bytes, and what a response proves of them. Nothing is taken on trust:
 * status, nonce, imprint, policy, the signer's certificate, its purpose and its chain are checked one by one.
 * @module
 */
import { createHash, hash } from 'node:crypto'
import { TimeStampError } from '../errors.js'

/** SHA-256, and the policies and purposes by their numbers. */
const sha256Oid = '2.16.840.1.101.3.4.2.1'
const extendedKeyUsageOid = '2.5.29.37'
const timeStampingOid = '1.3.6.1.5.5.7.3.8'
const signingCertificateOid = '1.2.840.113549.1.9.16.2.12'
const signingCertificateV2Oid = '1.2.840.113549.1.9.16.2.47'
const tstInfoOid = '1.2.840.113549.1.9.16.1.4'
const signedDataOid = '1.2.840.113549.1.7.2'

export interface TimeStamp {
  /** When the service says it saw the bytes: milliseconds since the Unix epoch, by its own clock. */
  readonly atMs: number
  /** OID of the policy under which it stamped. */
  readonly policy: string
  /** Serial number of the token, hex. */
  readonly serial: string
  /** SHA-256 of what was stamped, hex. */
  readonly sha256: string
  /** The name in the signer's certificate. */
  readonly signer: string
  /** Whether the chain of its certificate ends at one that the caller trusts; `false`: nobody was named, the key may be anybody's. */
  readonly trusted: boolean
}

export interface TimeStampExpectation {
  /** The bytes that must have been stamped. */
  readonly data: Uint8Array
  /** The nonce of the request; `null`: a stored token, whose nonce nobody remembers. */
  readonly nonce: Buffer | null
  /** OID of the policy asked for; `null`: any. */
  readonly policy: string | null
  /** Certificates (PEM, any number in one text) that a chain may end at; empty: the chain is not judged. */
  readonly roots: readonly string[]
}

/**
 * The DER bytes of a TimeStampReq (RFC 3161 section 2.4.1) for a SHA-256, asking for the signer's certificate.
 * @param sha256 hex
 * @param nonce 8 random bytes: the answer must repeat them
 */
export async function encodeRequest(
  sha256: string,
  { nonce, policy }: { readonly nonce: Buffer; readonly policy: string | null },
): Promise<Buffer> {
  const { asn1js, pkijs } = await libraries()
  const request = new pkijs.TimeStampReq({
    version: 1,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256Oid, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: bytesOf(Buffer.from(sha256, 'hex')) }),
    }),
    certReq: true,
    nonce: asn1js.Integer.fromBigInt(nonceNumber(nonce)),
    ...(policy === null ? {} : { reqPolicy: policy }),
  })
  return Buffer.from(request.toSchema().toBER())
}

/**
 * What a TimeStampResp proves (RFC 3161 section 2.4.2), checked against what was asked.
 * @param der the response as it came, or as it was stored
 * @throws {TimeStampError} naming the check that failed
 */
export async function readResponse(der: Uint8Array, expected: TimeStampExpectation): Promise<TimeStamp> {
  const { signed, info, sha256 } = await openResponse(der)
  const wanted = hash('sha256', expected.data)
  if (sha256 !== wanted) throw new TimeStampError(`the token stamps ${sha256}, not ${wanted}`)
  if (expected.nonce !== null && info.nonce?.toBigInt() !== nonceNumber(expected.nonce)) {
    throw new TimeStampError('the token answers another request: its nonce is not ours')
  }
  if (expected.policy !== null && info.policy !== expected.policy) {
    throw new TimeStampError(`the token was made under policy ${info.policy}, not ${expected.policy}`)
  }
  const signer = await checkSignature(signed, expected, info.genTime)
  return {
    atMs: info.genTime.getTime(),
    policy: info.policy,
    serial: Buffer.from(info.serialNumber.valueBlock.valueHexView).toString('hex'),
    sha256,
    signer,
    trusted: expected.roots.length > 0,
  }
}

/**
 * The SHA-256 that a response speaks of, hex, so that what it stamps can be looked for. Nothing is proven by it.
 * @throws {TimeStampError} it is no response, or none that granted
 */
export async function imprintOf(der: Uint8Array): Promise<string> {
  return (await openResponse(der)).sha256
}

/**
 * What a response states, with nothing checked.
 * @throws {TimeStampError} it is no response, or none that granted
 */
export async function statedBy(der: Uint8Array): Promise<Pick<TimeStamp, 'atMs' | 'policy' | 'serial'>> {
  const { info } = await openResponse(der)
  const serial = Buffer.from(info.serialNumber.valueBlock.valueHexView).toString('hex')
  return { atMs: info.genTime.getTime(), policy: info.policy, serial }
}

type Pki = typeof import('pkijs')
type SignedData = InstanceType<Pki['SignedData']>
type Certificate = InstanceType<Pki['Certificate']>

/** A granted response, taken apart. */
async function openResponse(der: Uint8Array) {
  const { asn1js, pkijs } = await libraries()
  const response = attempt('it is no RFC 3161 response', () => {
    const parsed = asn1js.fromBER(bytesOf(der))
    if (parsed.offset !== der.length) throw new Error('bytes follow its end, or it is cut')
    return new pkijs.TimeStampResp({ schema: parsed.result })
  })
  const { status, statusStrings } = response.status
  if (status > 1) {
    const words = (statusStrings ?? []).map((each) => each.valueBlock.value).join('; ')
    throw new TimeStampError(`the service refused (status ${status}${words === '' ? '' : `: ${words}`})`)
  }
  const content = response.timeStampToken
  if (content?.contentType !== signedDataOid) throw new TimeStampError('the response holds no signed token')
  const signed = attempt('the token cannot be read', () => new pkijs.SignedData({ schema: content.content }))
  if (signed.encapContentInfo.eContentType !== tstInfoOid) throw new TimeStampError('the token is no time stamp')
  const stated = signed.encapContentInfo.eContent?.getValue()
  if (!stated) throw new TimeStampError('the token states nothing')
  const info = attempt(
    'what the token states cannot be read',
    () => new pkijs.TSTInfo({ schema: asn1js.fromBER(stated).result }),
  )
  if (info.version !== 1) throw new TimeStampError(`the token has version ${info.version}; known is 1`)
  const imprint = info.messageImprint
  const sha256 = Buffer.from(imprint.hashedMessage.valueBlock.valueHexView).toString('hex')
  if (imprint.hashAlgorithm.algorithmId !== sha256Oid || sha256.length !== 64) {
    throw new TimeStampError('the token stamps another kind of hash than SHA-256')
  }
  return { signed, info, sha256 }
}

/** One signature, by a certificate made for time stamps that the token itself names, valid then; its name. */
async function checkSignature(
  signed: SignedData,
  { roots: rootTexts, data }: TimeStampExpectation,
  at: Date,
): Promise<string> {
  const { pkijs } = await libraries()
  if (signed.signerInfos.length !== 1) throw new TimeStampError('the token must have exactly one signature')
  const roots = await Promise.all(rootTexts.flatMap((text) => certificatesOf(text)).map((der) => certificate(der)))
  if (rootTexts.length > 0 && roots.length === 0) {
    throw new TimeStampError('no certificate stands in what was given as trusted; a PEM file is wanted')
  }
  const result = await signed
    .verify({
      signer: 0,
      data: bytesOf(data),
      checkChain: roots.length > 0,
      trustedCerts: roots,
      checkDate: at,
      extendedMode: true,
    })
    .catch((error: unknown) => {
      throw new TimeStampError(`its signature does not hold: ${(error as Error).message}`)
    })
  const signer = result.signerCertificate
  if (!result.signatureVerified || !signer) throw new TimeStampError('its signature does not hold')
  if (roots.length > 0 && !result.signerCertificateVerified) {
    throw new TimeStampError(`the chain of ${nameOf(signer)} ends at no certificate that is trusted here`)
  }
  if (at < signer.notBefore.value || at > signer.notAfter.value) {
    throw new TimeStampError(`the certificate of ${nameOf(signer)} was not valid at ${at.toISOString()}`)
  }
  const usage = signer.extensions?.find(({ extnID }) => extnID === extendedKeyUsageOid)
  const purposes = (usage?.parsedValue as InstanceType<Pki['ExtKeyUsage']> | undefined)?.keyPurposes ?? []
  if (!usage?.critical || purposes.length !== 1 || purposes[0] !== timeStampingOid) {
    throw new TimeStampError(`the certificate of ${nameOf(signer)} is not made for time stamps alone (RFC 3161, 2.3)`)
  }
  if (!namesItsSigner(signed, signer)) {
    throw new TimeStampError('the token does not name its own certificate (RFC 5816, signing-certificate)')
  }
  return nameOf(signer)

  async function certificate(der: Buffer): Promise<Certificate> {
    return attempt('a trusted certificate cannot be read', () => pkijs.Certificate.fromBER(bytesOf(der)))
  }
}

/** Whether the signing-certificate attribute has the hash of the signer's certificate. Its DER is searched, not decoded: a hash of 20 or 32 bytes cannot stand there by chance. */
function namesItsSigner(signed: SignedData, signer: Certificate): boolean {
  const der = Buffer.from(signer.toSchema(false).toBER())
  const attributes = signed.signerInfos[0]?.signedAttrs?.attributes ?? []
  return attributes.some(({ type, values }) => {
    if (type !== signingCertificateOid && type !== signingCertificateV2Oid) return false
    const text = Buffer.concat(values.map((value) => Buffer.from((value as { toBER(): ArrayBuffer }).toBER())))
    const algorithms = type === signingCertificateOid ? ['sha1'] : ['sha256', 'sha384', 'sha512']
    return algorithms.some((algorithm) => text.includes(createHash(algorithm).update(der).digest()))
  })
}

function nameOf({ subject }: Certificate): string {
  const parts = subject.typesAndValues.map(({ value }) => String((value.valueBlock as { value?: unknown }).value ?? ''))
  return parts.join(', ')
}

const pem = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----/g
function certificatesOf(text: string): Buffer[] {
  return [...text.matchAll(pem)].map((match) => Buffer.from(match[1] ?? '', 'base64'))
}

/** A positive number: DER integers have a sign, and services may drop leading zeros. */
function nonceNumber(nonce: Buffer): bigint {
  return BigInt(`0x${nonce.toString('hex')}`)
}

function bytesOf(buffer: Uint8Array): ArrayBuffer {
  return new Uint8Array(buffer).buffer
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new TimeStampError(`${what}: ${(cause as Error).message}`, { cause })
  }
}

/** Loaded when a time stamp is wanted, not before: they are large. */
async function libraries() {
  const [asn1js, pkijs] = await Promise.all([import('asn1js'), import('pkijs')])
  return { asn1js, pkijs }
}
