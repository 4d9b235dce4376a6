/** What a store could not do. It is thrown, because whoever appends or reads cannot go on as if it had worked. */
import type { Problem } from '../problem.ts'

export class StoreError extends Error {
  readonly problem: Problem
  constructor(problem: Problem, cause?: unknown) {
    super(problem.what, { cause })
    this.problem = problem
  }
}
