/**
 * The command line of the example agent. `--prepare` writes its home; the other options run one task each, or the first
 * `--tasks` of them one after the other. Every task starts its own MCP servers, as a new conversation does.
 */
import { parseArgs } from 'node:util'
import { answer } from './agent.ts'
import { writeCorpus } from './corpus.ts'
import { openDesk } from './desk.ts'
import { homeAt, prepareHome } from './home.ts'
import { readMcpConfig } from './mcp-config.ts'
import { injectedRequest, poisonedPaper, requests, unseenRequest } from './tasks.ts'

const HELP = `usage: node dist/examples/research-agent/main.js --home DIR [--seed N] [--mcp-config FILE] WHAT
  --prepare     write the home: corpus, empty memory, mcp.json
  --task N      run task N (from 1)
  --tasks N     run tasks 1 to N
  --unseen      run a task that is not among the sixty
  --inject      run a task whose paper carries a prompt injection
  --ask TEXT    run any request`

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'mcp-config': { type: 'string' },
    prepare: { type: 'boolean' },
    task: { type: 'string' },
    tasks: { type: 'string' },
    unseen: { type: 'boolean' },
    inject: { type: 'boolean' },
    ask: { type: 'string' },
  },
})
const seed = Number(values.seed)

const asked = (): readonly string[] => {
  if (values.ask !== undefined) return [values.ask]
  if (values.unseen === true) return [unseenRequest()]
  if (values.inject === true) return [injectedRequest(seed)]
  if (values.task !== undefined) return requests(seed, Number(values.task)).slice(-1)
  return requests(seed, Number(values.tasks ?? 0))
}

if (values.home === undefined || !Number.isSafeInteger(seed)) {
  console.error(HELP)
  process.exitCode = 2
} else if (values.prepare === true) {
  await prepareHome(values.home, seed)
} else {
  const home = homeAt(values.home)
  if (values.inject === true) await writeCorpus(home.workspace, [poisonedPaper(seed)])
  const servers = await readMcpConfig(values['mcp-config'] ?? home.mcpConfig)
  const todo = asked()
  if (todo.length === 0) console.error(HELP)
  for (const request of todo) {
    const desk = await openDesk(servers)
    try {
      console.log(await answer(request, desk))
    } finally {
      await desk.close()
    }
  }
}
