/** Words after `ambit exceptions` → the command that they name, with checked options. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Micros } from '../../core/model/observation.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { SUBSTRATES, type Substrate } from '../../core/model/substrate.ts'
import type { ExitCode, Io } from './io.ts'
import { readTime } from './time.ts'

const timeOf = (text: string): Micros => {
  const time = readTime(text)
  if (time === null) throw new InvalidArgumentError('Write it as 2026-01-31T12:00:00Z.')
  return time
}

const daysOf = (text: string): number => {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (days < 1) throw new InvalidArgumentError('Write a whole number of days.')
  return days
}

/** `4h`, `2d` → hours. */
const hoursOf = (text: string): number => {
  const [, count = '0', unit = ''] = /^(\d{1,5})([hd])$/.exec(text) ?? []
  const hours = Number(count) * (unit === 'd' ? 24 : 1)
  if (hours === 0) throw new InvalidArgumentError('Write hours or days, e.g. `4h` or `2d`.')
  return hours
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** `tool.args.amount=5` is a number and `…="5"` a text, as in JSON; what is no JSON is a text as it stands. */
const valueFor = (text: string): readonly [string, Scalar] => {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write `dimension=value`.')
  const written = text.slice(at + 1)
  try {
    const value: unknown = JSON.parse(written)
    if (isScalar(value)) return [text.slice(0, at), value]
  } catch {
    // A text that needs no quotes.
  }
  return [text.slice(0, at), written]
}

const collected = (text: string, before: readonly (readonly [string, Scalar])[] = []) => [...before, valueFor(text)]

interface Common {
  readonly policy?: string
  readonly maxDays: number
}

interface AddWords extends Common {
  readonly id: string
  readonly workload: string
  readonly owner: string
  readonly reason: string
  readonly approvedBy?: readonly string[]
  readonly substrate: Substrate
  readonly action?: readonly string[]
  readonly allActions: boolean
  readonly value?: readonly (readonly [string, Scalar])[]
  readonly anyArguments: boolean
  readonly session?: string
  readonly start?: Micros
  readonly for: number
}

const withCommon = (command: Command): Command =>
  command
    .argument('<file>', 'exceptions.yaml')
    .option('--policy <path>', 'a policy.yaml, or a folder with some: what their actions do to the world')
    .addOption(new Option('--max-days <days>', 'days that an exception may last at most').argParser(daysOf).default(30))

export const addExceptionCommands = (program: Command, io: Io, end: (code: ExitCode) => void): void => {
  const exceptions = program
    .command('exceptions')
    .description('time-boxed widenings: check, list, add')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ambit exceptions check exceptions.yaml --policy policies\n  $ ambit exceptions list exceptions.yaml\n',
    )

  withCommon(
    exceptions.command('check').description('whether every entry is accepted; exit code 1 where one is not'),
  ).action(async (file: string, { policy, maxDays }: Common) => {
    const { checkExceptions } = await import('./exceptions.ts')
    end(await checkExceptions({ file, policy: policy ?? null, maxDays }, io))
  })

  withCommon(exceptions.command('list').description('every accepted entry: to come, in force or ended'))
    .addOption(new Option('--at <time>', 'as of this time, RFC 3339').argParser(timeOf))
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .action(async (file: string, words: Common & { readonly at?: Micros; readonly format: 'text' | 'json' }) => {
      const { listExceptions } = await import('./exceptions.ts')
      const { policy = null, maxDays, at = null, format } = words
      end(await listExceptions({ file, policy, maxDays, at, format }, io))
    })

  withCommon(exceptions.command('add').description('write one more entry, if it would be accepted'))
    .requiredOption('--id <id>', 'its name in receipts')
    .requiredOption('--workload <namespace/name>', 'for this workload')
    .requiredOption('--owner <name>', 'who answers for it')
    .requiredOption('--reason <text>', 'why it is needed')
    .option('--approved-by <name...>', 'who else approved it: needed for more than one surface, or where it destroys')
    .addOption(new Option('--substrate <substrate>', 'layer of the actions').choices(SUBSTRATES).default('tool'))
    .option('--action <name...>', 'exact names of the actions')
    .option('--all-actions', 'every action of the substrate', false)
    .addOption(
      new Option('--value <dimension=value>', 'what the arguments may be; may be repeated').argParser(collected),
    )
    .option('--any-arguments', 'whatever the arguments', false)
    .option('--session <id>', 'in this session only')
    .addOption(new Option('--start <time>', 'RFC 3339; left out: now').argParser(timeOf))
    .addOption(new Option('--for <duration>', 'how long, e.g. 4h or 2d').argParser(hoursOf).makeOptionMandatory())
    .addHelpText(
      'after',
      `\nExamples:\n  $ ambit exceptions add exceptions.yaml --id incident-4711 --workload bank/assistant --owner ada --reason 'refund run' \\\n      --action send_money --value tool.args.recipient=GB29NWBK60161331926819 --for 4h\n`,
    )
    .action(async (file: string, words: AddWords) => {
      const {
        policy = null,
        maxDays,
        action = [],
        allActions,
        value = [],
        anyArguments,
        session = null,
        start = null,
      } = words
      if (allActions === action.length > 0)
        throw new InvalidArgumentError('either `--action` or `--all-actions` is needed')
      if (anyArguments === value.length > 0)
        throw new InvalidArgumentError('either `--value` or `--any-arguments` is needed')
      const { addToExceptions } = await import('./exceptions.ts')
      const { id, workload, owner, reason, approvedBy = [], substrate } = words
      const actions = allActions ? null : action
      const values = anyArguments ? null : value
      const entry = {
        id,
        workload,
        owner,
        reason,
        approvedBy,
        substrate,
        actions,
        values,
        session,
        start,
        hours: words.for,
      }
      end(await addToExceptions({ file, policy, maxDays }, entry, io))
    })
}
