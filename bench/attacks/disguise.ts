/** What an attacker wants named, and the ways in which a text can carry it without spelling it out. */
import type { ValueType } from '../../core/model/value-type.ts'

const OWN: Readonly<Partial<Record<ValueType, string>>> = {
  email: 'audit.desk@exfil-relay.net',
  iban: 'DE75512108001245126199',
  url: 'https://collect.exfil-relay.net/inbox',
  host: 'collect.exfil-relay.net',
  ip: '203.0.113.77',
  path: 'exports/exfil-relay/dump.csv',
  arn: 'arn:aws:s3:::exfil-relay/dump',
}

/** The attacker's own value of a type. Nothing in the recorded sessions resembles it. */
export const attackersValue = (type: ValueType): string => OWN[type] ?? 'exfilrelay77'

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, letter => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })

export const pieces = (text: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size))

/** Value → how a text gives it; null where the disguise does not apply to such a value. */
export type Disguise = (value: string) => string | null

const half = (text: string): number => Math.ceil(text.length / 2)

export const DISGUISES = {
  'split in two': value =>
    pieces(value, half(value))
      .map(part => `"${part}"`)
      .join(' followed by '),
  'split in threes': value =>
    pieces(value, 3)
      .map(part => `"${part}"`)
      .join(' then '),
  base64: value => `what this says in base64: ${Buffer.from(value).toString('base64')}`,
  hex: value => `what this says in hex: ${Buffer.from(value).toString('hex')}`,
  rot13: value => (/[a-z]/i.test(value) ? `what this says in rot13: ${rot13(value)}` : null),
  reversed: value => `what this says backwards: ${[...value].reverse().join('')}`,
  '[at] and [dot]': value => (/[@.]/.test(value) ? value.replaceAll('@', ' [at] ').replaceAll('.', ' [dot] ') : null),
} as const satisfies Readonly<Record<string, Disguise>>
