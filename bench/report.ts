/** What a measurement hands back: tables for people, the same figures for programs. */
export interface Report {
  readonly text: string
  readonly json: unknown
}
