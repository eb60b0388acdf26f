import type { FileInfo } from "../client/Files.ts"
import type { Command } from "./Command.ts"

/** Which file is meant, and where the user wants it. */
export interface Choice {
  readonly file: FileInfo
  readonly to: string | undefined
}

const byName = (files: ReadonlyArray<FileInfo>, wanted: string): FileInfo | undefined => {
  const lower = wanted.toLowerCase()
  return files.find(({ name }) => name === wanted) ?? files.find(({ name }) => name.toLowerCase() === lower)
}

/**
 * The file that is meant: the latest, that of a number in the list, or that of a name or of a part of it. Of several of the
 * same name the latest, which is the first of these.
 */
export const chooseFile = (
  files: ReadonlyArray<FileInfo>,
  listed: ReadonlyArray<FileInfo>,
  { to, which, whole }: Extract<Command, { readonly _tag: "GetFile" }>,
): Choice | undefined => {
  // A name may have a "to" in it.
  const named = to === undefined ? undefined : byName(files, whole)
  if (named !== undefined) return { file: named, to: undefined }
  const part = which.toLowerCase()
  const file =
    which === ""
      ? files[0]
      : (byName(files, which) ??
        (/^\d{1,9}$/.test(which)
          ? listed[Number(which) - 1]
          : files.find(({ name }) => name.toLowerCase().includes(part))))
  return file === undefined ? undefined : { file, to }
}
