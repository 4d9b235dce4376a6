/** The layer at which behavior is seen and can be bounded. */
export const SUBSTRATES = ['tool', 'network', 'syscall', 'process', 'iam'] as const
export type Substrate = (typeof SUBSTRATES)[number]
