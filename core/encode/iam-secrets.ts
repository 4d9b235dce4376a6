/**
 * ARNs of secrets as evidence names them → as IAM compares them. Secrets Manager appends a hyphen and six characters of its
 * own to the name of every secret; a call may leave them out, the ARN that IAM compares never does.
 */

const SECRET = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:.+$/
/**
 * What AWS appends mixes letters of both cases and digits: without a capital (1 in 26) it is taken for part of the name, since
 * `db-secret` and `db-202401` are names.
 */
const APPENDED = /-(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{6}$/

/** Six of any character, as AWS's own documentation writes it. */
const SUFFIX = '-??????'

/** Patterns that hold the full ARNs of secrets that these patterns name without what AWS appended. */
export const fullSecrets = (patterns: readonly string[]): readonly string[] =>
  patterns
    .filter(pattern => SECRET.test(pattern) && !pattern.endsWith('*') && !APPENDED.test(pattern))
    .map(pattern => `${pattern}${SUFFIX}`)
