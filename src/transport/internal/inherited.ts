/** Sockets that another program has opened for this one. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"

/** Why nobody can be accepted on a descriptor. */
export class InheritedError extends Data.TaggedError("InheritedError")<{
  readonly reason: "Missing" | "NoSocket" | "NotListening"
}> {}

/** Fails where it is no socket that listens, as far as the system tells. */
export const inherit = (fd: number): Effect.Effect<void, InheritedError> =>
  Effect.suspend(() => {
    let found: fs.Stats
    try {
      found = fs.fstatSync(fd)
    } catch {
      return new InheritedError({ reason: "Missing" })
    }
    if (!found.isSocket()) return new InheritedError({ reason: "NoSocket" })
    return listens(found.ino) === false ? new InheritedError({ reason: "NotListening" }) : Effect.void
  })

/** One line for each socket of the network that this process is in; its inode is in this column, how it is in that one. */
const tables = [
  { file: "/proc/self/net/tcp", inode: 9, state: 3, listening: (state: string) => state === "0A" },
  { file: "/proc/self/net/tcp6", inode: 9, state: 3, listening: (state: string) => state === "0A" },
  // The flag of sockets that accept.
  {
    file: "/proc/self/net/unix",
    inode: 6,
    state: 3,
    listening: (state: string) => (Number(`0x${state}`) & 0x10000) !== 0,
  },
]

/** Undefined where it is not known: not on Linux, or the socket was opened in another network. */
const listens = (inode: number): boolean | undefined => {
  for (const { file, inode: column, listening, state } of tables) {
    for (const line of read(file).split("\n")) {
      const words = line.trim().split(/\s+/)
      if (words[column] === `${inode}`) return listening(words[state] ?? "")
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
