import * as ByteCount from "../../src/domain/ByteCount.ts"

/** A message with a file as version 1 is told of it: in words. */
export const inVersion1 = (
  content: string,
  file: { readonly name: string; readonly size: number } | undefined,
): string => {
  if (file === undefined) return content
  return `${content === "" ? "" : `${content} `}[file: ${file.name}, ${ByteCount.show(file.size)}]`
}
