/** What AuthZEN clients discover at `/.well-known/authzen-configuration`. Search is not there: a policy names no set of subjects. */

export const EVALUATION_PATH = '/access/v1/evaluation'
export const EVALUATIONS_PATH = '/access/v1/evaluations'
export const METADATA_PATH = '/.well-known/authzen-configuration'

/** `url`: how clients reach this server, without a final slash; what they put before the well-known path. */
export const metadata = (url: string): Readonly<Record<string, string>> => ({
  policy_decision_point: url,
  access_evaluation_endpoint: `${url}${EVALUATION_PATH}`,
  access_evaluations_endpoint: `${url}${EVALUATIONS_PATH}`,
})
