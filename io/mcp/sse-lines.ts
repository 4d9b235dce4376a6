/** Text of a stream of server-sent events, cut anywhere → the data of each message event. Who reads bounds how long one may be. */

export interface SseReader {
  push(text: string): readonly string[]
}

export const createSseReader = (): SseReader => {
  let rest = ''
  let data: string[] = []
  let type = ''

  const take = (line: string): string | null => {
    if (line === '') {
      const whole = data.length > 0 && (type === '' || type === 'message') ? data.join('\n') : null
      data = []
      type = ''
      return whole
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'data') data.push(value)
    else if (field === 'event') type = value
    return null
  }
  return {
    push: text => {
      const whole = rest + text
      // What ends with a carriage return may go on with a line feed.
      const lines = whole.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      return lines.flatMap(line => take(line) ?? [])
    },
  }
}
