/**
 * Words of the command line → the command that they name, with checked options. Every command is loaded only when it
 * runs: engines, schemas and service tables take longer to load than most questions take to answer.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { CONTEXT_SCOPES, type ContextScope } from '../../core/model/judgement.ts'
import type { Problem } from '../../io/problem.ts'
import { VERSION } from '../../io/version.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import { addAuditCommands } from './audit-words.ts'
import { addDecisionApiCommands } from './decision-api-words.ts'
import { addDeriveCommand } from './derive-words.ts'
import { addDetectionCommands } from './detection-words.ts'
import { EVIDENCE_TEXT, sourceOption } from './evidence-words.ts'
import { addExceptionCommands } from './exception-words.ts'
import { addGatewayCommands } from './gateway-words.ts'
import { EXIT, type Io } from './io.ts'
import { showProblems } from './problems.ts'
import { SCHEMAS, type SchemaName } from './schema-names.ts'
import { addServeCommand } from './serve-words.ts'
import { addStoreCommands } from './store-words.ts'
import { readTime } from './time.ts'

const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`

const evidenceOption = (): Option => new Option('--evidence <path...>', EVIDENCE_TEXT).makeOptionMandatory()

const atOption = (): Option =>
  new Option('--at <time>', 'judge as of this time, RFC 3339: an expired policy denies').argParser(text => {
    const time = readTime(text)
    if (time === null) throw new InvalidArgumentError('Write it as 2026-01-31T12:00:00Z.')
    return time
  })

const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices).default(choices[0])

/** Commander checks words and choices before an action runs. */
const addCommands = (program: Command, io: Io, end: (code: number) => void): void => {
  addDeriveCommand(program, io, end)

  program
    .command('explain')
    .description('why something is allowed, withheld or denied')
    .requiredOption('--policy <file>', 'a policy.yaml, or a folder with one')
    .argument('[permission]', 'the id of a permission, or an action; without one, all are listed')
    .addOption(new Option('--observation <json>', 'the verdict on this call, and why'))
    .addOption(
      new Option(
        '--evidence <path...>',
        'also the tools because of which connections, processes and system calls are there',
      ),
    )
    .addHelpText(
      'after',
      examples(
        'ambit explain --policy policies/bank/assistant/policy.yaml',
        'ambit explain --policy policies/bank/assistant/policy.yaml tool/send_money',
        'ambit explain --policy policies/bank/assistant/policy.yaml network/tcp/443 --evidence traces.jsonl flows.jsonl',
        `ambit explain --policy policy.yaml --observation '{"substrate":"tool","action":"read_file","arguments":{"path":"/etc/passwd"}}'`,
      ),
    )
    .action(async (permission: string | undefined, { policy, observation, evidence }: ExplainWords) => {
      if (permission !== undefined && observation !== undefined) {
        throw new InvalidArgumentError('a permission and `--observation` exclude each other')
      }
      if (observation !== undefined && evidence !== undefined) {
        throw new InvalidArgumentError('`--evidence` and `--observation` exclude each other')
      }
      const { explainCommand } = await import('./explain.ts')
      const asked = { observation: observation ?? null, permission: permission ?? null, evidence: evidence ?? null }
      end(await explainCommand({ policy, ...asked }, io))
    })

  program
    .command('evaluate')
    .description('judge recorded evidence against policies')
    .requiredOption('--policy <path>', 'a policy.yaml, or a folder with one for each workload')
    .addOption(evidenceOption())
    .addOption(sourceOption())
    .addOption(choice('--context <scope>', 'what of a session the decision may see', CONTEXT_SCOPES))
    .addOption(atOption())
    .addOption(choice('--format <format>', 'a summary, or one JSON object per observation', ['text', 'jsonl']))
    .addHelpText(
      'after',
      examples(
        'ambit evaluate --policy policies --evidence today.jsonl',
        'ambit evaluate --policy policies --evidence today.jsonl --format jsonl | jq \'select(.verdict == "deny")\'',
        'ambit evaluate --policy policy.yaml --evidence - --context none --at 2026-02-01T00:00:00Z < today.jsonl',
      ),
    )
    .action(async (options: EvaluateWords) => {
      const { evaluateCommand } = await import('./evaluate.ts')
      const { source = null, at = null } = options
      end(await evaluateCommand({ ...options, source, at }, io))
    })

  program
    .command('verify')
    .description('replay evidence through every policy and artifact, with every reader and engine that is here')
    .argument('<dir>', 'what `derive` wrote')
    .addOption(evidenceOption())
    .addOption(sourceOption())
    .addOption(choice('--format <format>', 'what to print', ['text', 'json']))
    .addHelpText(
      'after',
      examples(
        'ambit verify policies --evidence traces.jsonl.gz',
        'ambit verify policies --evidence traces/ --format json',
      ),
    )
    .action(async (directory: string, options: VerifyWords) => {
      const { verifyCommand } = await import('./verify.ts')
      const { source = null } = options
      end(await verifyCommand({ ...options, source, directory }, io))
    })

  program
    .command('diff')
    .description('how two policies differ; exit code 1 where the newer one allows more')
    .argument('<old>', 'a policy.yaml, or a folder with one')
    .argument('<new>', 'a policy.yaml, or a folder with one')
    .addOption(choice('--format <format>', 'what to print', ['text', 'json']))
    .addHelpText('after', examples('ambit diff approved/policy.yaml policies/bank/assistant/policy.yaml'))
    .action(async (before: string, after: string, { format }: DiffWords) => {
      const { diffCommand } = await import('./diff.ts')
      end(await diffCommand({ before, after, format }, io))
    })

  program
    .command('schema')
    .description('the JSON Schema of a format')
    .addArgument(program.createArgument('<format>', 'which one').choices(SCHEMAS))
    .addHelpText('after', examples('ambit schema decisions > ambit.schema.json', 'ambit schema observation'))
    .action(async (name: SchemaName) => {
      const { schemaCommand } = await import('./schema.ts')
      end(await schemaCommand(name, io))
    })

  addAuditCommands(program, io, end)
  addStoreCommands(program, io, end)
  addExceptionCommands(program, io, end)
  addGatewayCommands(program, io, end)
  addDecisionApiCommands(program, io, end)
  addServeCommand(program, io, end)
  addDetectionCommands(program, io, end)

  // Listed here for `--help`; `run` hands its words over unread, because those after `--` are somebody else's.
  program.command('record').description('run an agent or an MCP server and record what it does as evidence')
}

interface ExplainWords {
  readonly policy: string
  readonly observation?: string
  readonly evidence?: readonly string[]
}
interface EvaluateWords {
  readonly policy: string
  readonly evidence: readonly string[]
  readonly source?: string
  readonly context: ContextScope
  readonly at?: number
  readonly format: 'text' | 'jsonl'
}
interface VerifyWords {
  readonly evidence: readonly string[]
  readonly source?: string
  readonly format: 'text' | 'json'
}
type DiffWords = Pick<VerifyWords, 'format'>

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** `error: unknown option '--x'\n(Did you mean --y?)` → what is wrong, and what to do. */
const usageProblem = (message: string): Problem => {
  const [what = '', ...rest] = message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .split(/\n|\. /)
  const help = lowerFirst(rest.join(' ').trim().replace(/^\(/, '').replace(/\)$/, ''))
  return {
    code: 'usage',
    what: lowerFirst(what.replaceAll("'", '`')),
    where: null,
    help: help === '' ? 'see `ambit --help`' : help,
  }
}

/** An option that is missing because it was misspelled is named as it was written. */
const misspelled = (program: Command, words: readonly string[]): Problem | null => {
  const named = (parent: Command | undefined, word: string | undefined): Command | undefined =>
    parent?.commands.find(one => one.name() === word)
  const first = named(program, words[0])
  const command = named(first, words[1]) ?? first
  const known = command?.options.flatMap(({ long }) => long ?? []) ?? []
  const unknown = words.find(word => /^--[a-z]/.test(word) && !known.includes(word.replace(/=.*$/s, '')))
  if (unknown === undefined) return null
  const near = suggest(unknown, known)
  const help = near === null ? `see \`ambit ${command?.name()} --help\`` : `did you mean \`${near}\`?`
  return { code: 'usage', what: `unknown option \`${unknown}\``, where: null, help }
}

const prepare = (command: Command, io: Io): void => {
  command.exitOverride().showSuggestionAfterError(true)
  command.configureOutput({
    writeOut: text => io.stdout.write(text),
    writeErr: text => io.stderr.write(text),
    outputError: () => undefined,
    getOutHasColors: () => io.color,
    getErrHasColors: () => io.color,
  })
  for (const child of command.commands) prepare(child, io)
}

/** Runs the words after `ambit`; returns the exit code. Exceptions are bugs of the program. */
export const run = async (words: readonly string[], io: Io): Promise<number> => {
  if (words[0] === 'record') return (await import('./record.ts')).recordCommand(words.slice(1))
  let code: number = EXIT.done
  const program = new Command('ambit')
    .description('Turns what an AI agent was observed to do into a policy that bounds what it may do.')
    .version(VERSION)
    .addHelpText(
      'after',
      '\nEvery command has --help with examples. Exit codes: 0 done, 1 the answer is no, 2 usage, or what cannot be read or written, 3 no usable input, or nothing to verify.',
    )
  addCommands(program, io, result => {
    code = result
  })
  prepare(program, io)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version are answers; help that nobody asked for stands in for a missing command.
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return EXIT.done
    if (error.code === 'commander.help') return EXIT.usage
    const isMissing = error.code === 'commander.missingMandatoryOptionValue'
    const typo = isMissing ? misspelled(program, words) : null
    showProblems(io, [typo ?? usageProblem(error.message)])
    return EXIT.usage
  }
  return code
}
