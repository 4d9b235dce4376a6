/** Tool declarations: kept once per distinct meaning, so that two that contradict each other are both seen. */
import { digest } from '../model/digest.ts'
import type { Profile } from '../model/profile.ts'
import type { ToolDeclaration } from '../model/tool-declaration.ts'

export const addDeclaration = (profile: Profile, tool: ToolDeclaration): void => {
  profile.catalog.set(digest(tool), tool)
}
