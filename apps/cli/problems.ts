/** Problems → the lines that a person reads: what is wrong, where, and what to do. The one place where they are shown. */
import picocolors from 'picocolors'
import type { Problem } from '../../io/problem.ts'
import type { Io } from './io.ts'
import { printable } from './terminal.ts'

const render = (problem: Problem, color: boolean, word: string): string => {
  const { bold, cyan, red, yellow } = picocolors.createColors(color)
  const paint = word === 'error' ? red : yellow
  const where = problem.where === null ? '' : ` (${printable(problem.where)})`
  const help = problem.help === null ? '' : `  ${cyan('help')}: ${printable(problem.help, 600)}\n`
  return `${bold(paint(word))}[${problem.code}]: ${printable(problem.what, 600)}${where}\n${help}`
}

export const showProblems = (io: Io, problems: readonly Problem[]): void => {
  for (const problem of problems) io.stderr.write(render(problem, io.color, 'error'))
}

/** What does not stop the command. */
export const showWarnings = (io: Io, problems: readonly Problem[]): void => {
  for (const problem of problems) io.stderr.write(render(problem, io.color, 'warning'))
}
