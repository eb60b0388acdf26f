import type { FileInfo } from "../client/Files.ts"
import * as ByteCount from "../domain/ByteCount.ts"

/** What is said of a file that a message carries. Others have chosen the words: they have to be made safe to show. */
export const fileLine = ({ media_type, name, size }: Omit<FileInfo, "id" | "sha256">): string =>
  `[file] ${name}, ${ByteCount.show(size)}, ${media_type}`

/** A message in one line, or in as many as it has. */
export const withFile = (content: string, file: FileInfo | undefined, separator: string): string => {
  if (file === undefined) return content
  return content === "" ? fileLine(file) : `${content}${separator}${fileLine(file)}`
}
