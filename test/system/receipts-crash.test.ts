/** Real processes and a real disk: what was promised is there after a kill, and a disk that takes no more refuses and recovers. */
import { execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Receipt } from '../../core/model/receipt.ts'
import { fingerprint } from '../../io/receipts/dsse.ts'
import { verifyLog } from '../../io/receipts/verify-log.ts'

const WRITER = fileURLToPath(new URL('../../dist/test/system/receipt-writer.js', import.meta.url))
const KILLS = Number(process.env.AMBIT_KILLS ?? 25)

const setUp = () => {
  const place = mkdtempSync(join(tmpdir(), 'ambit-crash-'))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const keyFile = join(place, 'key.pem')
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return { folder: join(place, 'log'), keyFile, keys: new Map([[fingerprint(publicKey), publicKey]]) }
}

const verified = async (folder: string, keys: ReturnType<typeof setUp>['keys']) => {
  const alerts: string[] = []
  const onRecord = ({ event }: Receipt) => {
    if (event.kind === 'alert') alerts.push(event.alert)
  }
  return { ...(await verifyLog({ folder, keys, head: null, onRecord })), alerts: new Set(alerts) }
}

/** Ids that the writer said were durable before it was killed, at some time after the first. */
const killed = (folder: string, keyFile: string, sealing: string, after: number): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRITER, folder, keyFile, '0', sealing], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const durable: string[] = []
    let isDying = false
    createInterface({ input: child.stdout }).on('line', line => {
      const [word, id] = line.split(' ')
      if (word === 'ok' && id !== undefined) durable.push(id)
      else reject(new Error(line))
      if (isDying) return
      isDying = true
      setTimeout(() => child.kill('SIGKILL'), after)
    })
    child.on('error', reject)
    child.on('close', () => resolve(durable))
  })

describe.each([
  ['here', 60],
  ['in a thread', 600],
])('a writer that is killed, sealing %s', (where, within) => {
  test('leaves everything that it called durable, and the next one goes on', async () => {
    const sealing = where === 'here' ? 'here' : 'thread'
    const { folder, keyFile, keys } = setUp()
    const durable: string[] = []
    for (let round = 0; round < KILLS; round++) {
      durable.push(...(await killed(folder, keyFile, sealing, Math.random() * within)))
    }
    // The last one's torn batch may still be there: a last writer sets it aside and ends in order.
    execFileSync(process.execPath, [WRITER, folder, keyFile, '1'], { input: '' })
    const { findings, alerts } = await verified(folder, keys)
    expect(findings).toEqual([])
    expect(durable.length).toBeGreaterThan(KILLS)
    expect(durable.filter(id => !alerts.has(id))).toEqual([])
  }, 300_000)
})

describe('a disk that takes no more', () => {
  test('refuses, says so, and is written to again when it has room', async () => {
    const { folder, keyFile, keys } = setUp()
    // The kernel refuses to let files grow beyond this, as it refuses on a full disk: in the middle of a write.
    const limited = `ulimit -S -f 40; exec "${process.execPath}" "${WRITER}" "${folder}" "${keyFile}" 50`
    const child = spawn('bash', ['-c', limited], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const wave = async () => {
      const said: string[] = []
      for (let next = await lines.next(); !next.done && next.value !== 'wave'; next = await lines.next())
        said.push(next.value)
      return said
    }
    const all = [...(await wave())]
    for (let round = 0; round < 3; round++) {
      child.stdin.write('again\n')
      all.push(...(await wave()))
    }
    const refused = all.filter(line => line.startsWith('no '))
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.filter(line => !line.endsWith('receipts-unwritten'))).toEqual([])
    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
    child.stdin.write('again\n')
    const later = await wave()
    expect(later.filter(line => !line.startsWith('ok '))).toEqual([])
    child.stdin.end()
    await new Promise(resolve => child.on('close', resolve))
    const { findings, alerts, recoveries } = await verified(folder, keys)
    expect(findings).toEqual([])
    expect(recoveries).toMatchObject([{ cause: 'refused', count: refused.length }])
    const ids = (word: string) =>
      [...all, ...later].flatMap(line => (line.startsWith(word) ? (line.split(' ')[1] ?? []) : []))
    expect(ids('ok ').filter(id => !alerts.has(id))).toEqual([])
    expect(ids('no ').filter(id => alerts.has(id))).toEqual([])
  })
})
