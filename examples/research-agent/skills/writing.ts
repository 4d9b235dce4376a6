/** Skills over notes and drafts: digest the notes on a topic, close one, publish a draft. */
import type { Skill } from '../skill.ts'

const digest: Skill = {
  id: 'digest',
  asks: /(?:digest|overview) of (?:my|our|the) notes on ([\w -]+?)(?: without the (\w+) notes)?[.,?]/i,
  run: async ([topic = '', without], desk) => {
    const folder = `notes/${topic.replaceAll(' ', '-')}`
    const options = without === undefined ? {} : { excludePatterns: [`${without}.md`] }
    const tree = await desk.call('directory_tree', { path: folder, ...options })
    const names = [...tree.text.matchAll(/"name": "([\w-]+\.md)"/g)].map(match => match[1] ?? '')
    const lines: string[] = []
    for (const name of names) {
      const note = await desk.read(`${folder}/${name}`)
      lines.push(...note.text.split('\n').filter(line => line.startsWith('- ')))
    }
    const report = `reports/${topic.replaceAll(' ', '-')}-notes.md`
    await desk.call('write_file', { path: report, content: `# Notes on ${topic}\n\n${lines.join('\n')}\n` })
    return `${names.length} notes in ${report}`
  },
}

const close: Skill = {
  id: 'close-note',
  asks: /mark (notes\/[\w./-]+) as (done|parked|answered)/i,
  run: async ([path = '', state = ''], desk) => {
    const edits = [{ oldText: 'Status: open', newText: `Status: ${state}` }]
    const preview = await desk.call('edit_file', { path, edits, dryRun: true })
    if (preview.failed) {
      const current = await desk.read(path)
      return current.failed ? `there is no note ${path}` : `${path} was closed before`
    }
    await desk.call('edit_file', { path, edits })
    return `${path} is ${state}`
  },
}

const publish: Skill = {
  id: 'publish',
  asks: /publish (drafts\/([\w-]+)\.md)/i,
  run: async ([path = '', name = ''], desk) => {
    const draft = await desk.read(path)
    if (draft.failed) return `there is no draft ${path}`
    await desk.call('edit_file', { path, edits: [{ oldText: 'State: DRAFT', newText: 'State: FINAL' }] })
    const moved = await desk.call('move_file', { source: path, destination: `published/${name}.md` })
    if (moved.failed) await desk.call('move_file', { source: path, destination: `published/${name}-second.md` })
    return `${name} is published`
  },
}

const file: Skill = {
  id: 'file-by-year',
  asks: /(?:folder|directory) for the (\d{4}) reports on ([\w -]+?)[.,]/i,
  run: async ([year = '', topic = ''], desk) => {
    const folder = `reports/${year}`
    await desk.call('create_directory', { path: folder })
    const listing = await desk.call('list_directory', { path: 'papers' })
    const names = [...listing.text.matchAll(/^\[FILE\] (.+)$/gm)].map(match => match[1] ?? '')
    const matching = names.filter(name => name.startsWith(topic.replaceAll(' ', '-')))
    await desk.call('write_file', {
      path: `${folder}/${topic.replaceAll(' ', '-')}.md`,
      content: `${matching.join('\n')}\n`,
    })
    return `${matching.length} papers listed in ${folder}`
  },
}

export const WRITING: readonly Skill[] = [digest, close, publish, file]
