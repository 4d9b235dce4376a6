/** The parts under the network encoders, each against something that we did not write: a regular expression, Node's own blocks. */
import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressBlock, canonicalBlock, isInternalBlock } from '../../core/encode/address-blocks.ts'
import { ciliumEncoder } from '../../core/encode/cilium.ts'
import { matchesPattern } from '../../core/encode/cilium-pattern.ts'
import { isHostName } from '../../core/encode/host-names.ts'
import { dnsLabel, labelValue, uniqueLabel } from '../../core/encode/k8s-names.ts'
import { excuses } from '../../core/encode/loss-excuses.ts'
import { networkPolicyEncoder } from '../../core/encode/network-policy.ts'
import { parsePort } from '../../core/encode/network-rules.ts'
import type { Loss } from '../../core/model/encoder.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { manifestOracle } from '../../io/oracle/manifest.ts'
import { HOSTILE } from './arbitrary-constraint.ts'
import { policyOf } from './policy-of.ts'

const name = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.constantFrom(...HOSTILE),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,70}[a-z0-9])?$/),
)

describe('names for Kubernetes', () => {
  test('are valid, whatever they were made from', () => {
    fc.assert(
      fc.property(name, text => {
        for (const label of [dnsLabel(text), uniqueLabel(text, 57)]) {
          expect(label).toMatch(/^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
        }
        expect(uniqueLabel(text, 57).length).toBeLessThanOrEqual(57)
        expect(labelValue(text)).toMatch(/^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
      }),
    )
  })

  test('differ where the texts differ, also for a text that copies the name of another', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        if (a !== b) expect(uniqueLabel(a, 57)).not.toBe(uniqueLabel(b, 57))
        const copy = uniqueLabel(a, 57)
        if (copy !== a) expect(uniqueLabel(copy, 57)).not.toBe(copy)
      }),
    )
  })
})

describe('address blocks', () => {
  const v4 = fc.ipV4()
  const v6 = fc.ipV6().filter(text => isIP(text) === 6)

  test('are canonical, and hold the same addresses as Node says', () => {
    const check = (base: string, other: string, length: number): void => {
      const family = isIP(base) === 4 ? 'ipv4' : 'ipv6'
      const bits = Math.min(length, family === 'ipv4' ? 32 : 128)
      const block = canonicalBlock(`${base}/${bits}`)
      // IPv4 inside IPv6 has no place in a manifest.
      if (block === null) {
        expect(base.toLowerCase()).toMatch(/ffff|\./)
        return
      }
      expect(canonicalBlock(block)).toBe(block)
      const [address = '', size = ''] = block.split('/')
      const [written, wanted] = [new BlockList(), new BlockList()]
      written.addSubnet(address, Number(size), family)
      wanted.addSubnet(base, bits, family)
      for (const probe of [base, other, address]) expect(written.check(probe, family)).toBe(wanted.check(probe, family))
    }
    const length = fc.nat(128)
    fc.assert(fc.property(v4, v4, length, check))
    fc.assert(fc.property(v6, v6, length, check))
  })

  test('of one address have the length of its own family', () => {
    expect(addressBlock('192.0.2.1')).toBe('192.0.2.1/32')
    expect(addressBlock('2001:db8::1')).toBe('2001:db8::1/128')
    for (const other of [
      '2001:DB8::1',
      '2001:db8:0::1',
      '::ffff:1.2.3.4',
      '010.0.0.1',
      '1.2.3',
      'fe80::1%eth0',
      'example.com',
    ]) {
      expect(addressBlock(other), other).toBeNull()
    }
  })

  test('are internal where clusters take their addresses from', () => {
    expect(
      ['10.0.0.1/32', '172.31.0.0/16', '192.168.0.0/24', 'fd00::/8', '100.64.0.1/32'].map(isInternalBlock),
    ).not.toContain(false)
    expect(['10.0.0.0/7', '11.0.0.1/32', '0.0.0.0/0', '2001:db8::1/128', 'x'].map(isInternalBlock)).not.toContain(true)
  })
})

test('host names are canonical, and never addresses in disguise', () => {
  expect(
    ['example.com', 'a', 'xn--bcher-kva.example', '_dmarc.example.com', '1.example.com'].map(isHostName),
  ).not.toContain(false)
  const others = [
    '',
    '.',
    'Example.com',
    'example.com.',
    'a..b',
    '-a.b',
    '10.0.0.999',
    '127.1',
    'a b',
    'a*',
    'ü.de',
    'x'.repeat(64),
  ]
  expect(others.filter(isHostName)).toEqual([])
})

test('ports are those that a packet can have', () => {
  expect(parsePort('tcp/443')).toEqual({ protocol: 'TCP', port: 443 })
  expect(parsePort('sctp/65535')).toEqual({ protocol: 'SCTP', port: 65_535 })
  const others = [
    'tcp/0',
    'tcp/65536',
    'tcp/99999',
    'tcp/0443',
    'tcp/-1',
    'tcp/4 3',
    'TCP/443',
    'icmp/8',
    'tcp',
    'tcp/443\n',
  ]
  expect(others.filter(action => parsePort(action) !== null)).toEqual([])
})

describe("Cilium's patterns", () => {
  const DNS = '[-a-z0-9_]'
  /** As the agent compiles them (pkg/fqdn/matchpattern of 1.19), names written without the final dot. */
  const compiled = (pattern: string): RegExp => {
    if (/^\*+$/.test(pattern)) return new RegExp(`^${DNS}+([.]${DNS}+)*$`)
    const deep = /^\*{2,}\./.test(pattern)
    const rest = (deep ? pattern.replace(/^\*+\./, '') : pattern).replaceAll('.', '[.]').replace(/\*+/g, `${DNS}*`)
    return new RegExp(`^${deep ? `(${DNS}+([.]${DNS}+)*)[.]` : ''}${rest}$`)
  }
  const label = fc.constantFrom('a', 'ab', 'b-a', 'sub', 'x_1')
  const host = fc.array(label, { minLength: 1, maxLength: 5 }).map(labels => labels.join('.'))
  const part = fc.constantFrom('a', 'ab', 'sub', '*', 'a*', '*b', 's*b', '**')
  const pattern = fc
    .tuple(fc.constantFrom('', '**.', '*.'), fc.array(part, { minLength: 1, maxLength: 3 }))
    .map(([head, parts]) => head + parts.join('.'))
    // The agent reads a lone run of stars as everything; we never write more than one.
    .filter(text => !/^\*{2,}$/.test(text))

  test('match what the agent matches', () => {
    let matched = 0
    fc.assert(
      fc.property(host, pattern, (text, wanted) => {
        const found = matchesPattern(text, wanted)
        if (found) matched++
        expect(found, `${text} ~ ${wanted}`).toBe(compiled(wanted).test(text))
      }),
      { numRuns: 5_000 },
    )
    expect(matched).toBeGreaterThan(200)
  })

  test('stay fast on names made to be slow', () => {
    const started = performance.now()
    expect(matchesPattern('a'.repeat(50_000), `${'*a'.repeat(50)}*b`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('the manifest oracle', () => {
  const policy = policyOf([
    {
      substrate: 'network',
      action: 'tcp/443',
      allow: { 'network.destination': { kind: 'set', values: ['api.example.com', '192.0.2.1', '2001:db8::1'] } },
    },
  ])
  const broken: readonly (readonly [string, string, string])[] = [
    ['network-policy', 'protocol: TCP', 'protocol: tcp'],
    ['network-policy', '2001:db8::1/128', '2001:db8::1/32'],
    ['network-policy', '192.0.2.1/32', '192.0.2.1/64'],
    ['network-policy', 'kind: NetworkPolicy', 'kind: NetworkPolicies'],
    ['cilium-network-policy', 'port: "443"', 'port: [443]'],
    ['cilium-network-policy', 'matchName: api.example.com', 'matchName: "a b"'],
    ['cilium-network-policy', 'egress:', 'egrss:'],
    ['cilium-network-policy', 'spec:', 'spec: &x\nspec:'],
  ]
  test.each(broken)('finds %s with `%s` → `%s`', async (id, from, to) => {
    const encoder = id === 'network-policy' ? networkPolicyEncoder : ciliumEncoder
    const artifact = encoder.encode(policy)
    expect((await manifestOracle.check(artifact, [])).problems).toEqual([])
    const files = artifact.files.map(file => ({ ...file, content: file.content.replace(from, to) }))
    expect(files).not.toEqual(artifact.files)
    expect((await manifestOracle.check({ ...artifact, files }, [])).problems).not.toEqual([])
  })
})

describe('a loss excuses', () => {
  const context = emptyContext({ request: false, results: false })
  const policy = policyOf([
    {
      substrate: 'network',
      action: 'tcp/443',
      allow: { 'network.destination': { kind: 'set', values: ['192.0.2.1'] } },
    },
    { substrate: 'network', action: 'tcp/80', allow: { 'network.destination': { kind: 'any' } } },
  ])
  const request = {
    substrate: 'network',
    action: 'tcp/443',
    values: [{ dimension: 'network.destination', value: '192.0.2.9' }],
    visibility: 'seen',
  } as const
  const loss: Loss = {
    code: 'constraint-widened',
    permission: 'network/tcp/443',
    dimension: 'network.destination',
    widens: true,
    narrows: false,
    detail: '',
  }
  const excused = (changes: Partial<Loss>, direction: 'widens' | 'narrows' = 'widens'): boolean =>
    excuses(direction, [{ ...loss, ...changes }], policy, request, evaluate(policy, request, context))

  test('its own permission, dimension and direction', () => {
    expect(excused({})).toBe(true)
    expect(excused({ dimension: null })).toBe(true)
    expect(excused({ permission: null, dimension: null, detail: '`tcp/443` to anywhere' })).toBe(true)
  })

  test('nothing else', () => {
    expect(excused({ permission: 'network/tcp/80' })).toBe(false)
    expect(excused({ dimension: 'tool.args.x' })).toBe(false)
    expect(excused({}, 'narrows')).toBe(false)
    expect(excused({ permission: null, dimension: null, detail: 'something somewhere' })).toBe(false)
    expect(excused({ permission: null, dimension: null, detail: '`tcp/4433`' })).toBe(false)
  })
})
