/** Skills over the measurements and the instrument logs. */
import type { Skill } from '../skill.ts'

const statistics: Skill = {
  id: 'statistics',
  asks: /(?:mean|average) of the (?:measurements|data) on ([\w -]+?)[.,?]/i,
  run: async ([topic = ''], desk) => {
    const slug = topic.replaceAll(' ', '-')
    await desk.call('list_directory', { path: 'data' })
    const file = await desk.read(`data/${slug}.csv`)
    if (file.failed) return `no measurements on ${topic}`
    const values = file.text
      .split('\n')
      .map(line => Number(line.split(',')[2]))
      .filter(value => Number.isFinite(value))
    const mean = (values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)).toFixed(2)
    const content = `# ${topic}: measurements\n\nMean of ${values.length} values: ${mean}\n`
    await desk.call('write_file', { path: `reports/${slug}-statistics.md`, content })
    const known = await desk.call('search_nodes', { query: topic })
    const exists = known.text.includes(`"name": "${topic}"`)
    const fact = `mean of ${values.length} measurements is ${mean}`
    if (exists) await desk.call('add_observations', { observations: [{ entityName: topic, contents: [fact] }] })
    else await desk.call('create_entities', { entities: [{ name: topic, entityType: 'topic', observations: [fact] }] })
    return `the mean is ${mean}`
  },
}

const warnings: Skill = {
  id: 'warnings',
  asks: /(?:last|latest) (\d+) lines of the (?:log of )?([\w-]+) log/i,
  run: async ([count = '20', instrument = ''], desk) => {
    const tail = await desk.read(`logs/${instrument}.log`, { tail: Number(count) })
    if (tail.failed) return `no log of ${instrument}`
    const found = tail.text.split('\n').filter(line => line.includes(' WARN '))
    if (found.length === 0) return `${instrument} is quiet`
    await desk.call('write_file', {
      path: `reports/${instrument}-warnings.md`,
      content: `# ${instrument}\n\n${found.join('\n')}\n`,
    })
    return `${found.length} warnings of ${instrument}`
  },
}

export const MEASURING: readonly Skill[] = [statistics, warnings]
