/** The file of a UNIX socket: how it comes into being, and how it goes. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Net from "node:net"
import * as path from "node:path"
import { pathBytes } from "./socketPath.ts"

/** Why there can be no socket at a path. */
export class SocketFileError extends Data.TaggedError("SocketFileError")<{
  /** `Unknown`: something is there, and whether anybody uses it cannot be told. `Failed`: the system refused. */
  readonly reason: "InUse" | "NoSocket" | "Unknown" | "Failed"
  /** What the system said. */
  readonly code?: string | undefined
}> {}

const failed = (cause: unknown): SocketFileError =>
  new SocketFileError({
    reason: "Failed",
    code: cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause),
  })

/** A socket in the file system, and how to know it again. */
export interface SocketFile {
  readonly path: string
  readonly dev: number
  readonly ino: number
}

/**
 * Listens in a folder that nobody else can look into, and gives the socket its path only when it has its rights: nobody can
 * connect before that, and the rights of files that are made elsewhere in the process meanwhile stay what they are.
 */
export const listenPrivately = (
  place: { readonly path: string; readonly mode: number },
  listen: (path: string) => Effect.Effect<void, unknown>,
): Effect.Effect<SocketFile, SocketFileError> =>
  Effect.andThen(
    removeStale(place.path),
    Effect.acquireUseRelease(
      attempt(() => privateFolder(path.dirname(place.path))),
      ({ folder, reached }) => {
        const made = path.join(reached, "s")
        const moved = attempt((): SocketFile => {
          fs.chmodSync(made, place.mode)
          const { dev, ino } = fs.lstatSync(made)
          // Not a move, which would replace whatever has come there meanwhile.
          fs.linkSync(path.join(folder, "s"), place.path)
          return { path: place.path, dev, ino }
        })
        return Effect.andThen(Effect.mapError(listen(made), failed), moved)
      },
      ({ close, folder }) =>
        Effect.sync(() => {
          fs.rmSync(folder, { recursive: true, force: true })
          close()
        }),
    ),
  )

const attempt = <A>(run: () => A): Effect.Effect<A, SocketFileError> => Effect.try({ try: run, catch: failed })

interface PrivateFolder {
  readonly folder: string
  /** A path to it that is short enough for a socket. */
  readonly reached: string
  readonly close: () => void
}

const privateFolder = (parent: string): PrivateFolder => {
  const folder = fs.mkdtempSync(path.join(parent, ".n"))
  if (Buffer.byteLength(path.join(folder, "s")) < pathBytes) return { folder, reached: folder, close: () => {} }
  const fd = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
  return { folder, reached: `/proc/self/fd/${fd}`, close: () => fs.closeSync(fd) }
}

/** Removes it at the end, if it is still the same: another service may listen there by now. */
export const remove = ({ dev, ino, path }: SocketFile): Effect.Effect<void> =>
  Effect.ignore(
    Effect.try(() => {
      const found = fs.lstatSync(path)
      if (found.dev === dev && found.ino === ino) fs.unlinkSync(path)
    }),
  )

/** What a service that was killed has left is a socket on which nobody answers. Anything else stays. */
const removeStale = (file: string): Effect.Effect<void, SocketFileError> =>
  Effect.gen(function* () {
    const found = yield* attempt(() => fs.lstatSync(file, { throwIfNoEntry: false }))
    if (found === undefined) return
    if (!found.isSocket()) return yield* new SocketFileError({ reason: "NoSocket" })
    const code = yield* answer(file)
    if (code === "ENOENT") return
    // It has more connections waiting than it takes.
    if (code === "answered" || code === "EAGAIN") return yield* new SocketFileError({ reason: "InUse" })
    if (code !== "ECONNREFUSED") return yield* new SocketFileError({ reason: "Unknown", code })
    yield* remove({ path: file, dev: found.dev, ino: found.ino })
  })

/** `answered` where somebody takes connections, otherwise why not. */
const answer = (file: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const socket = Net.connect({ path: file })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed("answered"))
    })
    socket.on("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(error.code ?? error.message)))
    return Effect.sync(() => socket.destroy())
  })
