/** Gzipped JSON lines → their values, as the recorded evidence is kept. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export const readLines = (path: string): readonly unknown[] =>
  gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
