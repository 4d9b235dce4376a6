/** `npm run bench NAME -- --data PATH`: figures as tables on standard output, and as JSON in `out/bench/NAME.json`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ATTACKED, attacks } from './attacks.ts'
import { cloudtrail } from './cloudtrail.ts'
import { conformance } from './conformance.ts'
import { coverage } from './coverage.ts'
import { decide } from './decide.ts'
import { derived } from './derive.ts'
import { detect } from './detect.ts'
import { gateway } from './gateway.ts'
import { FORMATS } from './ingest/expand.ts'
import { ingest } from './ingest.ts'
import { lines } from './lines.ts'
import { CLOSURES } from './quality/derived.ts'
import { SUITES } from './quality/sessions.ts'
import { CONTEXTS } from './quality/way.ts'
import { quality } from './quality.ts'
import { receipts } from './receipts.ts'
import { replayed } from './replay.ts'
import type { Report } from './report.ts'
import { signals } from './signals.ts'
import { soak } from './soak.ts'

const OUT = join('out', 'bench')

const listOf =
  <T extends string>(known: readonly T[]) =>
  (text: string): readonly T[] =>
    text.split(',').map(name => {
      const found = known.find(entry => entry === name)
      if (found === undefined) throw new InvalidArgumentError(`\`${name}\` is none of ${known.join(', ')}`)
      return found
    })

const run = async (name: string, measure: () => Report | Promise<Report>): Promise<void> => {
  const start = performance.now()
  const { text, json } = await measure()
  const seconds = (performance.now() - start) / 1_000
  mkdirSync(OUT, { recursive: true })
  const file = join(OUT, `${name}.json`)
  writeFileSync(file, `${JSON.stringify({ name, node: process.version, seconds, ...Object(json) }, null, 2)}\n`)
  console.log(`${text}\n\n${seconds.toFixed(1)} s; the same as JSON in ${file}`)
}

const program = new Command('bench').description('figures on recorded evidence; nothing here asserts')

/** The folder with the evidence: `--data`, else AMBIT_DATA. */
const withData = (command: Command): Command => {
  const fallback = process.env.AMBIT_DATA
  const flags = '--data <path>'
  const text = 'folder that holds agent-traces/, cloudtrail/ and samples/ (default: AMBIT_DATA)'
  return fallback === undefined ? command.requiredOption(flags, text) : command.option(flags, text, fallback)
}

withData(program.command('quality'))
  .description('how often the derived policy stops benign sessions, and how often attacks, beside what is in use today')
  .option('--suite <names>', 'comma separated', listOf(SUITES), SUITES)
  .option('--closure <modes>', 'comma separated', listOf(CLOSURES), ['literal', 'structural', 'explained'])
  .option('--context <parts>', 'what decisions may see, comma separated', listOf(CONTEXTS), CONTEXTS)
  .action(({ data, suite, closure, context }) =>
    run('quality', () => quality({ data, suites: suite, closures: closure, contexts: context })),
  )

withData(program.command('attacks'))
  .description('attacks of our own against the envelope, in benign sessions: how far each gets, and why')
  .option('--suite <names>', 'comma separated', listOf(ATTACKED), ATTACKED)
  .addOption(new Option('--closure <mode>', 'how the policy is closed').choices(CLOSURES).default('structural'))
  .action(({ data, suite, closure }) => run(`attacks-${closure}`, () => attacks({ data, suites: suite, closure })))

withData(program.command('coverage'))
  .description('whether the stated chance that the next session shows something new is what then comes')
  .option('--suite <names>', 'comma separated', listOf(SUITES), SUITES)
  .action(({ data, suite }) => run('coverage', () => coverage({ data, suites: suite })))

withData(program.command('signals'))
  .description('what is usual: whether each signal keeps its promise, and what it stops')
  .option('--suite <names>', 'comma separated', listOf(SUITES), ATTACKED)
  .action(({ data, suite }) => run('signals', () => signals({ data, suites: suite })))

withData(program.command('detect'))
  .description('alerts of benign and of injected sessions after enforcement began, and microseconds to an alert')
  .option('--suite <names>', 'comma separated', listOf(SUITES), SUITES)
  .action(({ data, suite }) => run('detect', () => detect({ data, suites: suite })))

withData(program.command('replay'))
  .description('recorded sessions as live calls through the gateway: whether each verdict is that of `ambit evaluate`')
  .option('--suite <names>', 'comma separated', listOf(SUITES), SUITES)
  .option('--closure <modes>', 'comma separated', listOf(CLOSURES), CLOSURES)
  .action(({ data, suite, closure }) => run('replay', () => replayed({ data, suites: suite, closures: closure })))

withData(program.command('cloudtrail'))
  .description('cloud permissions: later benign events denied, and attacks that hit nothing allowed, by closure')
  .action(({ data }) => run('cloudtrail', () => cloudtrail({ data })))

withData(program.command('lines'))
  .description('the whole line over every deployment: permissions, withheld, coverage, losses, seconds, memory')
  .action(({ data }) => run('lines', () => lines({ data, out: join(OUT, 'lines') })))

const sizes = (text: string): readonly number[] =>
  text.split(',').map(part => {
    if (!/^[1-9]\d{0,5}$/.test(part)) throw new InvalidArgumentError(`\`${part}\` is not a number of permissions`)
    return Number(part)
  })

withData(program.command('decide'))
  .description('one decision of the compiled policy at growing numbers of permissions, beside the Cedar engine’s')
  .option('--suite <names>', 'comma separated', listOf(SUITES), SUITES)
  .option('--permissions <numbers>', 'comma separated', sizes, [1, 50, 500, 5_000])
  .action(({ data, suite, permissions }) => run('decide', () => decide({ data, suites: suite, permissions })))

const positive = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(`\`${text}\` is not a whole number`)
  return Number(text)
}

const counts = (text: string): readonly number[] => text.split(',').map(positive)

const ingestCommand = (name: string, text: string, observations: readonly number[]): void => {
  withData(program.command(name))
    .description(text)
    .option('--format <names>', 'comma separated', listOf(FORMATS), FORMATS)
    .option('--observations <numbers>', 'comma separated', counts, observations)
    .action(({ data, format, observations: wanted }) =>
      run(name, () => ingest({ data, formats: format, observations: wanted, place: join(OUT, name) })),
    )
}

ingestCommand('ingest', 'a file of evidence to a profile in a store, beside the bare engine loading rows', [100_000])
ingestCommand(
  'growth',
  'the same at once, ten and a hundred times the size: the exponent',
  [10_000, 100_000, 1_000_000],
)

program
  .command('derive')
  .description('every workload of a store derived, beside the time the engine takes to hand out the rows')
  .option('--workloads <number>', 'how many', positive, 100)
  .option('--behaviors <number>', 'of each', positive, 5_000)
  .action(options => run('derive', () => derived({ ...options, place: join(OUT, 'derive.store') })))

program
  .command('receipts')
  .description(
    'signed receipts a second, beside bare writes of the same bytes, and how long an append takes under load',
  )
  .option('--records <number>', 'in each round', positive, 200_000)
  .option('--rounds <number>', 'the median counts', positive, 5)
  .option('--place <folder>', 'on the disk that is to be measured', OUT)
  .action(({ records, rounds, place }) => {
    mkdirSync(place, { recursive: true })
    return run('receipts', () => receipts({ records, rounds, place }))
  })

const share = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError(`\`${text}\` is no share`)
  return value
}

program
  .command('gateway')
  .description('a tool call through the gateway to the filesystem server, beside a direct one and a pass-through proxy')
  .option('--share <number>', 'of the calls that a whole run makes', share, 1)
  .action(options => run('gateway', () => gateway(options)))

program
  .command('soak')
  .description(
    'concurrent sessions over HTTP while servers are killed: undecided, hung, memory and descriptors over time',
  )
  .option('--sessions <number>', 'at once', positive, 1_000)
  .option('--seconds <number>', 'how long', positive, 300)
  .option('--rate <number>', 'calls a second, of all sessions together', positive, 100)
  .option(
    '--heap <megabytes>',
    'of live objects, beyond which the gateway ends (default: the limit of the run time)',
    positive,
  )
  .action(({ heap = null, ...options }) =>
    run('soak', () => soak({ ...options, heap, dist: join(import.meta.dirname, '..') })),
  )

program
  .command('conformance')
  .description('the MCP conformance suite against a server, and against the gateway before it')
  .action(() => run('conformance', () => conformance(join(import.meta.dirname, '..'))))

await program.parseAsync()
