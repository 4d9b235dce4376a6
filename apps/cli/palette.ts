/** Whether there is color → the palette that the writers of text are handed. The one place that knows the colors. */
import picocolors from 'picocolors'
import type { Palette } from './render/terminal.ts'

export const paletteFor = (color: boolean): Palette => {
  const { bold, dim, green, yellow, red } = picocolors.createColors(color)
  return { strong: bold, faint: dim, good: green, warn: yellow, bad: red }
}
