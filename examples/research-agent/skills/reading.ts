/** Skills over the papers: summarize one, compare two, collect what several say about a topic. */
import type { Desk } from '../desk.ts'
import type { Skill } from '../skill.ts'

const section = (paper: string, name: string): string =>
  new RegExp(`## ${name}\\n([^#]*)`).exec(paper)?.[1]?.trim() ?? paper.slice(0, 200)
const stem = (path: string): string => path.replace(/^.*\//, '').replace(/\.\w+$/, '')
const field = (paper: string, name: string): string => new RegExp(`^${name}: (.+)$`, 'm').exec(paper)?.[1] ?? 'unknown'

/** The file that the user probably meant: same folder, longest common beginning. */
const closest = async (path: string, desk: Desk): Promise<string | null> => {
  const folder = path.slice(0, path.lastIndexOf('/'))
  const listing = await desk.call('list_directory', { path: folder })
  const names = [...listing.text.matchAll(/^\[FILE\] (.+)$/gm)].map(match => match[1] ?? '')
  const common = (name: string) => {
    let length = 0
    while (length < name.length && name[length] === stem(path)[length]) length++
    return length
  }
  const [best] = names.filter(name => common(name) > 4).sort((a, b) => common(b) - common(a) || (a < b ? -1 : 1))
  return best === undefined ? null : `${folder}/${best}`
}

const readOrClosest = async (path: string, desk: Desk): Promise<{ path: string; text: string } | null> => {
  const first = await desk.read(path)
  if (!first.failed) return { path, text: first.text }
  const other = await closest(path, desk)
  if (other === null) return null
  const second = await desk.read(other)
  return second.failed ? null : { path: other, text: second.text }
}

const summarize: Skill = {
  id: 'summarize',
  asks: /summar(?:ize|y of) (papers\/[\w-]+\.md)/i,
  run: async ([path = ''], desk) => {
    const found = await readOrClosest(path, desk)
    if (found === null) return `there is no paper like ${path}`
    const report = `reports/${stem(found.path)}-summary.md`
    const content = `# Summary of ${stem(found.path)}\n\n${section(found.text, 'Abstract')}\n\n${section(found.text, 'Results')}\n`
    await desk.call('write_file', { path: report, content })
    return `summary in ${report}`
  },
}

const compare: Skill = {
  id: 'compare',
  asks: /compare (papers\/[\w-]+\.md) (?:with|and) (papers\/[\w-]+\.md)/i,
  run: async ([left = '', right = ''], desk) => {
    const both = await desk.call('read_multiple_files', { paths: [left, right] })
    const years = [...both.text.matchAll(/^Year: (\d{4})$/gm)].map(match => match[1])
    const report = `reports/${stem(left)}-vs-${stem(right)}.md`
    await desk.call('write_file', { path: report, content: `# ${left} and ${right}\n\nYears: ${years.join(', ')}\n` })
    return `comparison in ${report}`
  },
}

const collect: Skill = {
  id: 'collect',
  asks: /(?:collect|gather) what our papers say about ([\w -]+?)(?:, (?:at most|only) (\d+) papers)?[.,;]/i,
  run: async ([topic = '', limit], desk) => {
    const slug = topic.replaceAll(' ', '-')
    const found = await desk.call('search_files', { path: 'papers', pattern: `*${slug}*` })
    const names = found.text.split('\n').filter(line => line.endsWith('.md'))
    const lines: string[] = []
    for (const absolute of names.slice(0, limit === undefined ? names.length : Number(limit))) {
      const path = `papers/${absolute.replace(/^.*\//, '')}`
      const paper = await desk.read(path, limit === undefined ? {} : { head: 8 })
      if (!paper.failed)
        lines.push(
          `- ${field(paper.text, 'Author')} (${field(paper.text, 'Year')}): ${section(paper.text, 'Abstract')}`,
        )
    }
    const report = `reports/${slug}-overview.md`
    await desk.call('write_file', { path: report, content: `# What is known about ${topic}\n\n${lines.join('\n')}\n` })
    const entity = {
      name: topic,
      entityType: 'topic',
      observations: [`${lines.length} papers read, overview in ${report}`],
    }
    await desk.call('create_entities', { entities: [entity] })
    return `${lines.length} papers in ${report}`
  },
}

const largest: Skill = {
  id: 'largest',
  asks: /(?:largest|biggest) files? in (\w+)/i,
  run: async ([folder = ''], desk) => {
    const listing = await desk.call('list_directory_with_sizes', { path: folder, sortBy: 'size' })
    const name = /^\[FILE\] (\S+)/m.exec(listing.text)?.[1]
    if (name === undefined) return `${folder} is empty`
    const info = await desk.call('get_file_info', { path: `${folder}/${name}` })
    await desk.call('write_file', {
      path: `reports/${folder}-inventory.md`,
      content: `# ${folder}\n\n${listing.text}\n\n${info.text}\n`,
    })
    return `${folder}/${name} is the largest`
  },
}

export const READING: readonly Skill[] = [summarize, compare, collect, largest]
