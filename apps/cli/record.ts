/**
 * `ambit record`: a command → the same command, with what it did appended to a file as evidence. The command keeps its
 * standard streams, its exit code and its signals; everything that the recorder itself has to say goes to standard error.
 */
import { randomUUID } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { workloadKey } from '../../core/model/workload.ts'
import { makeFolder } from '../../io/output/make-folder.ts'
import { endLike } from '../../io/record/ending.ts'
import { nowMicros } from '../../io/record/event.ts'
import { type Journal, openJournal } from '../../io/record/journal.ts'
import { runMcpProxy } from '../../io/record/mcp-proxy.ts'
import { lineWriter } from './record-format.ts'
import { RECORD_HELP, type RecordOptions, readRecordOptions } from './record-options.ts'
import { printable } from './terminal.ts'

/** Names of files, servers and commands come from outside: a terminal shows them and does not obey. */
const LONGEST = 2_000

const say = (text: string): void => {
  process.stderr.write(`ambit record: ${printable(text, LONGEST)}\n`)
}

const startJournal = async ({ out, workload, session }: RecordOptions): Promise<Journal | null> => {
  try {
    await makeFolder(dirname(resolve(out)))
    return await openJournal(resolve(out), lineWriter({ workload, session, recorder: randomUUID() }))
  } catch (error) {
    say(`cannot write \`${out}\`: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

/** Exit code: the command's own; 2 for a wrong command line or a file that cannot be written; 127 where it cannot start. */
export const recordCommand = async (words: readonly string[]): Promise<number> => {
  const read = readRecordOptions(words, process.env)
  if (!read.ok) {
    for (const { what, help } of read.problems) {
      say(what)
      if (help !== null) say(`  ${help}`)
    }
    return 2
  }
  const options = read.value
  if (options === null) {
    process.stdout.write(`${RECORD_HELP}\n`)
    return 0
  }
  const journal = await startJournal(options)
  if (journal === null) return 2
  if (options.request !== null) journal.write({ kind: 'request', start: nowMicros(), text: options.request })
  if (options.mode === 'agent')
    say(`session \`${options.session}\` of ${workloadKey(options.workload)} into \`${options.out}\``)
  const ending =
    options.mode === 'mcp'
      ? await runMcpProxy(options.command, options.args, journal.write)
      : // Not before it is needed: a proxy starts as often as servers do.
        await (await import('./record-agent.ts')).recordAgent(options, journal, say)
  const problem = await journal.close()
  if (problem !== null) say(`the recording is not complete: ${problem}`)
  if (ending.kind === 'not-started') say(`cannot start \`${options.command}\`: ${ending.reason}`)
  return endLike(ending)
}
