/** Parts of a file (RFC 9110, 14). */
import type { ByteRange } from "../../files/FileStoreShape.ts"

/** The number that the digits are, or one that is beyond all files. */
const number = (digits: string): number => (digits.length > 15 ? Number.MAX_SAFE_INTEGER : Number(digits))

/**
 * The bytes that are asked for. Undefined where that is the whole: also of what is not understood, and of several parts at
 * once, which nobody has to give. `Unsatisfiable` where there are no such bytes.
 */
export const rangeIn = (header: string | undefined, size: number): ByteRange | "Unsatisfiable" | undefined => {
  const [, first = "", last = ""] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? "") ?? []
  if (first === "" && last === "") return undefined
  if (first === "") {
    const count = number(last)
    return count === 0 || size === 0 ? "Unsatisfiable" : { from: Math.max(0, size - count), to: size }
  }
  const from = number(first)
  const to = last === "" ? size : number(last) + 1
  // What ends before it begins is no range.
  if (to <= from && last !== "") return undefined
  return from >= size ? "Unsatisfiable" : { from, to: Math.min(to, size) }
}
