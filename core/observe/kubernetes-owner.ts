/** Names that Kubernetes makes up for what a controller owns → the controller's name, where the name shows it. */

/** The alphabet of `SafeEncodeString`: generated suffixes have no vowels and none of 0, 1 and 3. */
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]'
const REPLICASET = new RegExp(`^(.+)-(?:${SAFE}{8,10}|[0-9a-f]{8,10})$`)
const POD = /^(.+)-([0-9a-z]{8,10})-[0-9a-z]{5}$/
const JOB = /^(.+)-\d{8,11}$/

/** `web-6f87496b94` → `web`; null where the name does not end in a template hash. */
export const deploymentOf = (replicaSet: string): string | null => REPLICASET.exec(replicaSet)?.[1] ?? null

/** `nightly-29012345` → `nightly`: jobs of a CronJob end in their scheduled minute. */
export const cronJobOf = (job: string): string | null => JOB.exec(job)?.[1] ?? null

/** `web-6f87496b94-qdlh8` with the label `pod-template-hash: 6f87496b94` → `web`. Certain. */
export const deploymentOfPod = (pod: string, templateHash: string): string | null => {
  const match = POD.exec(pod)
  return match !== null && match[2] === templateHash ? (match[1] ?? null) : null
}

/** The same from the pod's name alone. A guess: a person may name a pod so. */
export const guessedDeploymentOfPod = (pod: string): string | null => {
  const replicaSet = /^(.+)-[0-9a-z]{5}$/.exec(pod)?.[1]
  return replicaSet === undefined ? null : deploymentOf(replicaSet)
}
