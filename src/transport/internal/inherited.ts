/** Sockets that another program has opened for this one. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"

/** Why nobody can be accepted on a descriptor. */
export class InheritedError extends Data.TaggedError("InheritedError")<{
  readonly reason: "Missing" | "NoSocket" | "NotListening"
}> {}

/**
 * Fails where it is no socket that listens, as far as the system tells. Succeeds with the path of one in the file system,
 * if it is known: Node itself would not say.
 */
export const inherit = (fd: number): Effect.Effect<string | undefined, InheritedError> =>
  Effect.suspend(() => {
    let found: fs.Stats
    try {
      found = fs.fstatSync(fd)
    } catch {
      return new InheritedError({ reason: "Missing" })
    }
    if (!found.isSocket()) return new InheritedError({ reason: "NoSocket" })
    const listed = lookUp(found.ino)
    if (listed?.listens === false) return new InheritedError({ reason: "NotListening" })
    return Effect.succeed(listed?.path)
  })

/** A table has a line for each socket of the network that this process is in; these are columns of it. */
const tables = [
  { file: "tcp", inode: 9, listens: (words: ReadonlyArray<string>) => words[3] === "0A" },
  { file: "tcp6", inode: 9, listens: (words: ReadonlyArray<string>) => words[3] === "0A" },
  // The flag of those that accept.
  { file: "unix", inode: 6, listens: (words: ReadonlyArray<string>) => (Number(`0x${words[3]}`) & 0x10000) !== 0 },
]

interface Listed {
  readonly listens: boolean
  readonly path: string | undefined
}

/** Undefined where it is not known: not on Linux, or the socket was opened in another network. */
const lookUp = (inode: number): Listed | undefined => {
  for (const { file, inode: column, listens } of tables) {
    for (const line of read(`/proc/self/net/${file}`).split("\n")) {
      const words = line.trim().split(/\s+/)
      if (words[column] !== `${inode}`) continue
      const path = file === "unix" ? words.slice(column + 1).join(" ") : ""
      return { listens: listens(words), path: path === "" ? undefined : path }
    }
  }
  return undefined
}

const read = (file: string): string => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return ""
  }
}
