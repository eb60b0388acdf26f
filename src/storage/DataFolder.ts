import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"

const choose = "choose another with --data or NATTER_DATA"

/** The data folder, or a file in it, can't be made or written: the server can't start. */
export class DataFolderError extends Schema.TaggedError<DataFolderError>()("DataFolderError", {
  folder: Schema.String,
  /** What is wrong, and what to do about it. */
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `The data folder "${this.folder}" can't be used: ${this.problem}`
  }
}

/** What the operating system says, in words, and what to do about it. `file` is a file in the folder. */
const problem = ({ reason }: PlatformError.PlatformError, file?: string): string => {
  const what = file === undefined ? "" : `its file ${file}: `
  switch (codeOf(reason)) {
    case "EACCES":
    case "EPERM":
      return `${what}permission denied. Make it writable for the user Natter runs as, or ${choose}`
    case "EROFS":
      return `${what}it is in a file system that can only be read. Mount that for writing, or ${choose}`
    case "ENOSPC":
    case "EDQUOT":
      return `${what}there is no room left on the disk. Make some, or ${choose}`
    case "EEXIST":
    case "ENOTDIR":
    case "EISDIR":
      return file === undefined
        ? `a file of that name is in the way. Choose another with --data or NATTER_DATA`
        : inTheWay("Directory", file)
    case "ENOENT":
      return `${what}it leads to a place that is not there. Make that, or ${choose}`
    case "ENAMETOOLONG":
      return `${what}the name is too long. Choose another with --data or NATTER_DATA`
    default:
      return `${what}${reason.cause instanceof Error ? reason.cause.message : reason.message}. Make it writable for the user Natter runs as, or ${choose}`
  }
}

const kinds: { readonly [Type in FileSystem.File.Type]?: string } = {
  Directory: "a folder",
  FIFO: "a named pipe",
  Socket: "a socket",
}

/** Whoever opens a pipe waits until somebody opens its other end, and a device may do anything. */
const inTheWay = (type: FileSystem.File.Type, file: string): string =>
  `${kinds[type] ?? "a device"} is in the way of its file ${file}. Remove that, or ${choose}`

const codeOf = ({ _tag, cause }: PlatformError.PlatformError["reason"]): string | undefined => {
  if (cause instanceof Error && "code" in cause) return String(cause.code)
  return { PermissionDenied: "EACCES", AlreadyExists: "EEXIST", BadResource: "ENOTDIR", NotFound: "ENOENT" }[
    String(_tag)
  ]
}

/** The folder that holds everything Natter keeps. Made on first start; others can't read it. */
export class DataFolder extends Context.Service<
  DataFolder,
  {
    /** Absolute. */
    readonly path: string
    /** The absolute path of a file in the folder that may not be there; refused where it can't be read and written. */
    readonly existing: (
      name: string,
    ) => Effect.Effect<{ readonly file: string; readonly exists: boolean }, DataFolderError>
    /** The absolute path of a file in the folder, made empty where there is none, for its owner only. */
    readonly file: (name: string) => Effect.Effect<string, DataFolderError>
    /** The absolute path of a folder in it, made where it is not there, for its owner only. */
    readonly folder: (name: string) => Effect.Effect<string, DataFolderError>
  }
>()("natter/storage/DataFolder") {
  static readonly layer = (
    given: string,
  ): Layer.Layer<DataFolder, DataFolderError, FileSystem.FileSystem | Path.Path> =>
    Layer.effect(
      DataFolder,
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const path = (yield* Path.Path).resolve(given)
        const { dirname, join } = yield* Path.Path
        const refuse = (cause: PlatformError.PlatformError, file?: string) =>
          new DataFolderError({ folder: path, problem: problem(cause, file), cause })

        /** Step by step: Node's own way goes on for ever where a file system has no room for new folders, as `/proc`. */
        const make = (folder: string): Effect.Effect<void, PlatformError.PlatformError> =>
          Effect.catchTag(fs.makeDirectory(folder, { mode: 0o700 }), "PlatformError", (error) => {
            switch (error.reason._tag) {
              case "AlreadyExists":
                return Effect.flatMap(fs.stat(folder), ({ type }) =>
                  type === "Directory" ? Effect.void : Effect.fail(error),
                )
              case "NotFound":
                return Effect.flatMap(fs.exists(dirname(folder)), (exists) =>
                  exists
                    ? Effect.fail(error)
                    : Effect.andThen(make(dirname(folder)), fs.makeDirectory(folder, { mode: 0o700 })),
                )
              default:
                return Effect.fail(error)
            }
          })

        const existing = (name: string) => {
          const file = join(path, name)
          // Not opened for writing, which would be felt by whoever holds a lock on it.
          return fs.stat(file).pipe(
            Effect.flatMap(({ type }): Effect.Effect<void, PlatformError.PlatformError | DataFolderError> =>
              type === "File"
                ? fs.access(file, { readable: true, writable: true })
                : Effect.fail(new DataFolderError({ folder: path, problem: inTheWay(type, name), cause: type })),
            ),
            Effect.as({ file, exists: true }),
            Effect.catchTag("PlatformError", (error) =>
              error.reason._tag === "NotFound"
                ? Effect.succeed({ file, exists: false })
                : Effect.fail(refuse(error, name)),
            ),
          )
        }

        const file = (name: string) =>
          Effect.flatMap(existing(name), ({ exists, file }) =>
            exists
              ? Effect.succeed(file)
              : fs.open(file, { flag: "a", mode: 0o600 }).pipe(
                  Effect.scoped,
                  Effect.as(file),
                  Effect.mapError((error) => refuse(error, name)),
                ),
          )

        yield* Effect.mapError(make(path), (error) => refuse(error))
        // SQLite makes files beside its own.
        yield* Effect.mapError(fs.access(path, { readable: true, writable: true }), (error) => refuse(error))
        const folder = (name: string) => {
          const inside = join(path, name)
          return Effect.as(
            Effect.mapError(make(inside), (error) => refuse(error, name)),
            inside,
          )
        }
        return DataFolder.of({ path, file, existing, folder })
      }),
    )
}
