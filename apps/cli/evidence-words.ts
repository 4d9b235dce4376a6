/** Options of all commands that read evidence from files. */
import { Option } from 'commander'

export const EVIDENCE_TEXT = 'files, folders or `-` for standard input: plain or gzip, JSON lines or one JSON document'

export const sourceOption = (): Option =>
  new Option('--source <id>', 'read every record as this source’s, instead of recognizing each')
