/** What was dropped onto the page. */
export interface Dropped {
  readonly files: ReadonlyArray<File>
  /** How many of what was dropped are folders, which browsers show as files that cannot be read. */
  readonly folders: number
}

export const dropped = ({ files, items }: DataTransfer): Dropped => {
  // Both lists have the same files in the same order.
  const entries = [...items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry?.())
  const isFolder = (at: number) => entries[at]?.isDirectory === true
  const kept = [...files].filter((_, at) => !isFolder(at))
  return { files: kept, folders: files.length - kept.length }
}
