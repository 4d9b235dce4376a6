/**
 * The program that stands before each MCP server of a recorded agent: `ambit record` without the rest of the command line,
 * because it starts as often as servers do.
 */
import { recordCommand } from './record.ts'

process.exitCode = await recordCommand(process.argv.slice(2))
