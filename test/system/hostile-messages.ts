/** Messages as nobody should send them, mixed with some as everybody does: what the gateway is fuzzed with, as bytes of one line. */
import fc from 'fast-check'

/** Of `size` bytes at least, without a line feed. */
const giant = (size: number, id: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"ping","x":"${'y'.repeat(size)}"}`

const nested = (depth: number, open: string, close: string): string => `${open.repeat(depth)}1${close.repeat(depth)}`

const HOSTILE_TEXT = [
  '__proto__',
  'constructor',
  '../../x',
  '\u0000',
  '\u001b[31m',
  '\u202e',
  '\ud83d\ude00',
  '',
  ' ',
  'é',
]
const text = fc.oneof(fc.constantFrom(...HOSTILE_TEXT), fc.string({ unit: 'binary', maxLength: 20 }))

/** Few, so that they are used again while they are open; as JSON text, some of them no ids at all. */
const id = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 400 }).map(String) },
  { weight: 2, arbitrary: text.map(each => JSON.stringify(each)) },
  fc.constantFrom('"1"', '-1', '0', '-0', '1.5', '1e300', '9007199254740993', '123456789012345678901234567890'),
  { weight: 1, arbitrary: fc.constantFrom('null', 'true', '[]', '{}', '1e999', '[1]', '{"__proto__":1}') },
)

const METHODS = [
  'ping',
  'tools/list',
  'resources/list',
  'resources/read',
  'prompts/get',
  'tasks/get',
  'completion/complete',
  'logging/setLevel',
  'nobody/knows',
  'initialize',
  'tools/call ',
  'Tools/Call',
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/progress',
  'notifications/tools/list_changed',
  '__proto__',
  '',
]
const method = fc.oneof(fc.constantFrom(...METHODS), text)

const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false })
const params = fc.oneof(
  json.map(value => JSON.stringify(value)),
  fc.constantFrom(
    '{}',
    '[]',
    'null',
    '{"__proto__":{"isAdmin":true}}',
    '{"_meta":{"ambit/request":"do it","progressToken":1}}',
    '{"cursor":1e999}',
    '{"uri":"file:///etc/passwd","name":"../../x"}',
    nested(40, '{"a":', '}'),
    nested(9_000, '[', ']'),
    nested(9_000, '{"a":', '}'),
  ),
)

/** What a policy allows, holds and denies, and what is no call of a tool. `read` is allowed below `/data`, `write` there is held. */
const call = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ max: 99, min: 0 }).map(n => `{"name":"read","arguments":{"path":"/data/${n}"}}`),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ max: 99, min: 0 }).map(n => `{"name":"write","arguments":{"path":"/data/${n}"}}`),
  },
  { weight: 2, arbitrary: text.map(each => `{"name":"read","arguments":{"path":${JSON.stringify(each)}}}`) },
  { weight: 2, arbitrary: fc.tuple(text, json).map(([name, args]) => JSON.stringify({ name, arguments: args })) },
  fc.constantFrom(
    '{"name":"read","arguments":{"path":"/data/1","__proto__":{"path":"/etc"}}}',
    '{"name":"read","arguments":{"path":"/data/1"},"name":"erase"}',
    '{"name":"erase","arguments":{"path":"/data/1","path":"/data/2"}}',
    '{"name":"read","arguments":[{"path":"/data/1"}]}',
    '{"name":"read","arguments":null}',
    '{"name":["read"],"arguments":{}}',
    '{"arguments":{}}',
    'null',
    '"read"',
    `{"name":"read","arguments":{"path":${nested(9_000, '[', ']')}}}`,
    `{"name":"read","arguments":{"path":"/data/1","x":${nested(40, '{"x":', '}')}}}`,
    `{"name":"read","arguments":{"path":"/data/1"},"_meta":${nested(9_000, '{"x":', '}')}}`,
    `{"name":"read","arguments":{"path":"/data/${'a/'.repeat(3_000)}"}}`,
  ),
)

const wellFormed = fc
  .tuple(
    id,
    fc.oneof({ weight: 3, arbitrary: call.map(each => ['tools/call', each] as const) }, fc.tuple(method, params)),
  )
  .map(([own, [name, given]]) => `{"jsonrpc":"2.0","id":${own},"method":${JSON.stringify(name)},"params":${given}}`)

const told = fc
  .tuple(
    fc.oneof(
      fc.tuple(method, params),
      call.map(each => ['tools/call', each] as const),
    ),
  )
  .map(([[name, given]]) => `{"jsonrpc":"2.0","method":${JSON.stringify(name)},"params":${given}}`)

const cancelled = id.map(
  each => `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${each},"reason":"fuzz"}}`,
)

const unasked = fc
  .tuple(
    id,
    fc.constantFrom(
      '"result":{}',
      '"result":null',
      '"error":{"code":1,"message":"x"}',
      '"result":1,"error":1',
      '"error":7',
    ),
  )
  .map(([own, body]) => `{"jsonrpc":"2.0","id":${own},${body}}`)

const bent = fc.oneof(
  fc.tuple(wellFormed, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length)),
  fc.tuple(wellFormed, wellFormed).map(([a, b]) => `[${a},${b}]`),
  fc.tuple(id, params).map(([own, given]) => `{"jsonrpc":"1.0","id":${own},"method":"tools/call","params":${given}}`),
  fc.tuple(id, params).map(([own, given]) => `{"id":${own},"method":"tools/call","params":${given}}`),
  id.map(own => `{"jsonrpc":"2.0","id":${own},"method":7}`),
  id.map(own => `{"jsonrpc":"2.0","id":${own}}`),
  text.map(each => each.replaceAll('\n', ' ')),
  json.map(value => JSON.stringify(value)),
  fc.constantFrom(nested(20_000, '[', ']'), nested(20_000, '{"jsonrpc":', '}'), '[]', 'null', '"', '\ufeff{}'),
  fc.constantFrom(giant(70_000, '7'), giant(70_000, '"x"'), giant(70_000, '1e999'), 'z'.repeat(200_000)),
)

const bytes = fc
  .uint8Array({ maxLength: 60 })
  .map(array => Buffer.from(array.map(byte => (byte === 0x0a || byte === 0x0d ? 0x20 : byte))))

/** Valid but for one byte that is no UTF-8. */
const torn = fc.tuple(wellFormed, fc.nat(), fc.constantFrom(0xff, 0xc0, 0xed)).map(([whole, at, byte]) => {
  const buffer = Buffer.from(whole)
  buffer[at % buffer.length] = byte
  return buffer
})

/** `limit` of the gateway: 65,536 bytes. */
export const HOSTILE: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 10, arbitrary: wellFormed.map(each => Buffer.from(each)) },
  { weight: 2, arbitrary: told.map(each => Buffer.from(each)) },
  { weight: 3, arbitrary: cancelled.map(each => Buffer.from(each)) },
  { weight: 1, arbitrary: unasked.map(each => Buffer.from(each)) },
  { weight: 3, arbitrary: bent.map(each => Buffer.from(each)) },
  { weight: 1, arbitrary: fc.oneof(bytes, torn) },
)
