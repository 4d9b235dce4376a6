/**
 * Oracle for Kubernetes manifests: the published schemas of the API server and of Cilium's resource definitions. It says
 * whether a manifest would be accepted, not what it allows, so it has problems and no verdicts. Schemas do not check the
 * text of addresses: an address with the other family's length passes them, and is looked for here.
 */
import { isIP } from 'node:net'
import { parseAllDocuments } from 'yaml'
import type { Artifact } from '../../core/model/encoder.ts'
import type { Availability, Oracle, OracleFindings } from './oracle.ts'

interface Model {
  validate(): void
}
type ModelClass = new (manifest: never) => Model

/** Loaded when first asked: the schemas are large, and only verification needs them. */
const load = async (): Promise<ReadonlyMap<string, ModelClass>> => {
  const [{ NetworkPolicy }, { CiliumNetworkPolicy }] = await Promise.all([
    import('kubernetes-models/networking.k8s.io/v1/NetworkPolicy'),
    import('@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy'),
  ])
  return new Map<string, ModelClass>([
    ['networking.k8s.io/v1 NetworkPolicy', NetworkPolicy],
    ['cilium.io/v2 CiliumNetworkPolicy', CiliumNetworkPolicy],
  ])
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Blocks anywhere in a manifest that are not `address/length` with a length that the address's family has. */
const badBlocks = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(badBlocks)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, entry]) => (key === 'cidr' ? badBlock(entry) : badBlocks(entry)))
}

const badBlock = (value: unknown): readonly string[] => {
  const [address = '', length = '', ...rest] = String(value).split('/')
  const family = isIP(address)
  const fits = /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128)
  // `2001:db8::1/32` is valid, and is nearly always a single address with the length of the other family.
  const single = family === 6 && length === '32' && !/::$/.test(address)
  return family !== 0 && fits && rest.length === 0 && !single
    ? []
    : [`\`${String(value)}\` is not a block of its address family`]
}

const message = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

const problemsOf = (content: string, models: ReadonlyMap<string, ModelClass>): readonly string[] => {
  const documents = parseAllDocuments(content, { uniqueKeys: true })
  if (!Array.isArray(documents) || documents.length !== 1) return ['not exactly one YAML document']
  return documents.flatMap(document => {
    const syntax = [...document.errors, ...document.warnings].map(message)
    if (syntax.length > 0) return syntax
    const manifest: unknown = document.toJS({ maxAliasCount: 0 })
    if (!isRecord(manifest)) return ['not a mapping']
    const model = models.get(`${manifest.apiVersion} ${manifest.kind}`)
    if (model === undefined) return [`no schema for \`${manifest.kind}\` of \`${manifest.apiVersion}\``]
    return [...violations(model, manifest), ...badBlocks(manifest)]
  })
}

const violations = (model: ModelClass, manifest: Readonly<Record<string, unknown>>): readonly string[] => {
  try {
    // Whatever was parsed: the schema is what decides whether it is a manifest.
    new model(manifest as never).validate()
    return []
  } catch (error) {
    return [message(error)]
  }
}

const available = async (): Promise<Availability> => {
  try {
    await load()
    return { ok: true, version: 'kubernetes-models, @kubernetes-models/cilium' }
  } catch (error) {
    return { ok: false, why: `the schemas cannot be loaded: ${message(error)}` }
  }
}

const check = async (artifact: Artifact, cases: readonly unknown[]): Promise<OracleFindings> => {
  const models = await load()
  const problems = artifact.files.flatMap(({ name, content }) =>
    problemsOf(content, models).map(problem => `${name}: ${problem}`),
  )
  return { verdicts: cases.map(() => null), problems }
}

export const manifestOracle: Oracle = {
  id: 'manifest-schema',
  encoders: ['network-policy', 'cilium-network-policy'],
  summary: 'the published schemas of Kubernetes and Cilium: whether the manifest would be accepted',
  available,
  check,
}
