import type { Selection, SessionEntry } from "../DirectoryCommand.ts"

/** Which of the sessions that are looked at are meant: those of a user, or all. */
export const matching = (selection: Selection): ((entry: SessionEntry) => boolean) => {
  if ("session" in selection) return ({ session }) => session === selection.session
  if ("token" in selection) return ({ tokenId }) => tokenId === selection.token
  if ("exceptRole" in selection) return ({ user }) => user.role !== selection.exceptRole
  if ("user" in selection && selection.exceptToken !== undefined)
    return ({ tokenId }) => tokenId !== selection.exceptToken
  return () => true
}
