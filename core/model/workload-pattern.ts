/** Names of many workloads at once, as tokens have them: `namespace/name`, `namespace/*` or `*`. */

/** Whether one of the patterns names the workload. A pattern is never part of a name: `bank/a*` names nothing. */
export const covers = (patterns: readonly string[], workload: string): boolean =>
  patterns.some(
    pattern =>
      pattern === '*' || pattern === workload || (pattern.endsWith('/*') && workload.startsWith(pattern.slice(0, -1))),
  )
