/** Words after `ambit audit` → the command that they name, with checked options. */
import { type Command, Option } from 'commander'
import type { ReceiptEvent } from '../../core/model/receipt.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import type { ExitCode, Io } from './io.ts'

interface VerifyWords {
  readonly key: readonly string[]
  readonly policies?: string
  readonly digestKey?: string
  readonly head?: string
  readonly format: 'text' | 'json'
}

interface ShowWords {
  readonly session?: string
  readonly workload?: string
  readonly verdict?: Verdict
  readonly kind?: ReceiptEvent['kind']
}

/** Exhaustive: a kind that is new in the model does not compile until it is here. */
const KINDS: Readonly<Record<ReceiptEvent['kind'], true>> = {
  start: true,
  stop: true,
  reload: true,
  decision: true,
  approval: true,
  exception: true,
  trigger: true,
  alert: true,
  recovered: true,
}

const keyText = 'public key, PEM: a file, or `env:NAME`'
const example = (...lines: readonly string[]): string => `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`

export const addAuditCommands = (program: Command, io: Io, end: (code: ExitCode) => void): void => {
  const audit = program
    .command('audit')
    .description('receipts: make keys, verify a log offline, show it, keep its head')

  audit
    .command('verify')
    .description('whether a log is what was written, and its decisions what their policies say')
    .argument('<folder>', 'the folder of the log')
    .requiredOption('--key <place...>', `${keyText}; several where the writer changed keys`)
    .option(
      '--policies <path>',
      'a policy.yaml, or a folder below which all versions lie: decisions are computed again',
    )
    .option('--digest-key <place>', 'the key that values were digested with: a file, or `env:NAME`')
    .option('--head <file>', 'what `ambit audit head` printed once: the log must not end before it')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      example(
        'ambit audit verify receipts --key public-key.pem --policies policies --digest-key digest-key',
        'ambit audit verify receipts --key public-key.pem --head head.json --format json',
      ),
    )
    .action(async (folder: string, { key: keys, format, ...words }: VerifyWords) => {
      const { auditVerifyCommand } = await import('./audit/verify.ts')
      const { policies = null, digestKey = null, head = null } = words
      end(await auditVerifyCommand({ folder, keys, policies, digestKey, head, format }, io))
    })

  audit
    .command('show')
    .description('records as JSON lines; they are not verified')
    .argument('<folder>', 'the folder of the log')
    .option('--session <id>', 'only of this session')
    .option('--workload <namespace/name>', 'only of this workload')
    .addOption(
      new Option('--verdict <verdict>', 'only decisions with this verdict').choices(['allow', 'review', 'deny']),
    )
    .addOption(new Option('--kind <kind>', 'only records of this kind').choices(Object.keys(KINDS)))
    .addHelpText('after', example('ambit audit show receipts --verdict deny | jq .event.request.action'))
    .action(async (folder: string, words: ShowWords) => {
      const { auditShowCommand } = await import('./audit/show.ts')
      const { session = null, workload = null, verdict = null, kind = null } = words
      end(await auditShowCommand({ folder, session, workload, verdict, kind }, io))
    })

  audit
    .command('head')
    .description('the end of a log that holds, to be kept where its writer cannot reach it')
    .argument('<folder>', 'the folder of the log')
    .requiredOption('--key <place>', keyText)
    .addHelpText('after', example('ambit audit head receipts --key public-key.pem > head.json'))
    .action(async (folder: string, { key }: { readonly key: string }) => {
      const { auditHeadCommand } = await import('./audit/head.ts')
      end(await auditHeadCommand(folder, key, io))
    })

  audit
    .command('keygen')
    .description('new keys for a log: to sign (Ed25519), to verify, and to digest values with')
    .requiredOption('--out <dir>', 'where to write them; a key that is there is never written over')
    .addHelpText('after', example('ambit audit keygen --out keys'))
    .action(async ({ out }: { readonly out: string }) => {
      const { auditKeygenCommand } = await import('./audit/keygen.ts')
      end(await auditKeygenCommand(out, io))
    })
}
