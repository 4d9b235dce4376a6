/** By code units: the order of everything that is sorted, on every machine. */
export const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
