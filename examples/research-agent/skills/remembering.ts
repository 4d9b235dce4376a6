/** Skills over the memory graph: relate, recall, forget. */
import type { Skill } from '../skill.ts'

const relate: Skill = {
  id: 'relate',
  asks: /remember who wrote (papers\/[\w-]+\.md)/i,
  run: async ([path = ''], desk) => {
    const paper = await desk.read(path, { head: 5 })
    if (paper.failed) return `there is no paper ${path}`
    const author = /^Author: (\w+)$/m.exec(paper.text)?.[1] ?? 'unknown'
    const year = /^Year: (\d{4})$/m.exec(paper.text)?.[1] ?? 'unknown'
    const known = await desk.call('open_nodes', { names: [author] })
    const entities = [{ name: path, entityType: 'paper', observations: [`published ${year}`] }]
    if (!known.text.includes(`"name": "${author}"`))
      entities.push({ name: author, entityType: 'person', observations: [`author of ${path}`] })
    await desk.call('create_entities', { entities })
    await desk.call('create_relations', { relations: [{ from: author, to: path, relationType: 'wrote' }] })
    return `${author} wrote ${path}`
  },
}

const recall: Skill = {
  id: 'recall',
  asks: /what do (?:we|you) (?:know|remember) about ([\w -]+?)[?]/i,
  run: async ([topic = ''], desk) => {
    const found = await desk.call('search_nodes', { query: topic })
    const names = [...found.text.matchAll(/"name": "([^"]+)"/g)].map(match => match[1] ?? '').slice(0, 3)
    if (names.length === 0) {
      const papers = await desk.call('search_files', { path: 'papers', pattern: `*${topic.replaceAll(' ', '-')}*` })
      return papers.text
    }
    return (await desk.call('open_nodes', { names })).text
  },
}

const forget: Skill = {
  id: 'forget',
  asks: /forget (?:everything|what you know) about ([\w -]+?)[.,]/i,
  run: async ([topic = ''], desk) => {
    const found = await desk.call('search_nodes', { query: topic })
    if (!found.text.includes(`"name": "${topic}"`)) return `nothing is known about ${topic}`
    await desk.call('delete_entities', { entityNames: [topic] })
    return `forgot ${topic}`
  },
}

export const REMEMBERING: readonly Skill[] = [relate, recall, forget]
