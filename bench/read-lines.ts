/** Gzipped JSON lines → their texts or values, as the recorded evidence is kept. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export const readTexts = (path: string): readonly string[] =>
  gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '')

export const readLines = (path: string): readonly unknown[] => readTexts(path).map(line => JSON.parse(line))
