import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"

const inTheWay = "a file of that name is in the way"

/** The data folder, or a file in it, can't be made or written: the server can't start. */
export class DataFolderError extends Schema.TaggedError<DataFolderError>()("DataFolderError", {
  folder: Schema.String,
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    const advice =
      this.problem === inTheWay
        ? "Choose another with --data or NATTER_DATA"
        : "Make it writable for the user Natter runs as, or choose another with --data or NATTER_DATA"
    return `The data folder "${this.folder}" can't be used: ${this.problem}. ${advice}`
  }
}

const problem = ({ reason }: PlatformError.PlatformError): string => {
  switch (reason._tag) {
    case "PermissionDenied":
      return "permission denied"
    case "AlreadyExists":
    // A folder below a file.
    case "BadResource":
      return inTheWay
    default:
      return reason.message
  }
}

/** The folder that holds everything Natter keeps. Made on first start; others can't read it. */
export class DataFolder extends Context.Service<
  DataFolder,
  {
    /** Absolute. */
    readonly path: string
    /** The absolute path of a file in the folder, made empty where there is none, for its owner only. */
    readonly file: (name: string) => Effect.Effect<string, DataFolderError>
  }
>()("natter/storage/DataFolder") {
  static readonly layer = (
    folder: string,
  ): Layer.Layer<DataFolder, DataFolderError, FileSystem.FileSystem | Path.Path> =>
    Layer.effect(
      DataFolder,
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const path = (yield* Path.Path).resolve(folder)
        const { join } = yield* Path.Path
        const refuse = (cause: PlatformError.PlatformError) =>
          new DataFolderError({ folder: path, problem: problem(cause), cause })
        const refuseFile = (name: string) => (cause: PlatformError.PlatformError) => {
          const what = problem(cause)
          return new DataFolderError({
            folder: path,
            problem: what === inTheWay ? `a folder is in the way of its file ${name}` : `its file ${name}: ${what}`,
            cause,
          })
        }

        const file = (name: string) => {
          const file = join(path, name)
          // Opened for appending: makes it, never empties it, and fails now where it can't be written.
          return fs
            .open(file, { flag: "a", mode: 0o600 })
            .pipe(Effect.scoped, Effect.as(file), Effect.mapError(refuseFile(name)))
        }

        yield* Effect.mapError(fs.makeDirectory(path, { recursive: true, mode: 0o700 }), refuse)
        return DataFolder.of({ path, file })
      }),
    )
}
