// Another release of the service, for a node that is to be upgraded: a folder that has one, or a commit or tag of this
// repository, whose files are laid out in a folder that goes with the scope.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Scope from "effect/Scope"
import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"
import { sources } from "../Command.ts"
import { CrashError } from "../crash/CrashError.ts"

const run = (command: string, ...words: ReadonlyArray<string>) =>
  Effect.tryPromise({
    try: () => promisify(execFile)(command, words, { maxBuffer: 1024 * 1024 }),
    catch: (cause) => new CrashError({ message: `${command} ${words[0] ?? ""}: ${String(cause)}` }),
  })

const failed = ({ message }: { readonly message: string }) => new CrashError({ message })

/** Where a package has what it is built to. */
const built = "dist/cli/main.js"

/** What is started of a folder; undefined where there is no release in it. */
const natterIn = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  for (const file of [sources, built]) {
    const place = path.resolve(folder, file)
    if (yield* files.exists(place)) return place
  }
  return undefined
}, Effect.mapError(failed))

/** The files of a commit. What they need of packages is what this checkout has. */
const layOut = Effect.fnUntraced(function* (commit: string) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* Effect.mapError(files.makeTempDirectoryScoped({ prefix: "natter-release-" }), failed)
  const archive = path.join(folder, "release.tar")
  yield* run("git", "archive", `--output=${archive}`, commit, "src", "package.json", "tsconfig.json")
  yield* run("tar", "-x", "-f", archive, "-C", folder)
  yield* Effect.mapError(files.symlink(path.resolve("node_modules"), path.join(folder, "node_modules")), failed)
  return folder
})

/** What Node starts as the old node: `old` is a folder, a commit or a tag. */
export const natter = Effect.fnUntraced(function* (
  old: string,
): Effect.fn.Return<string, CrashError, Scope.Scope | FileSystem.FileSystem> {
  const files = yield* FileSystem.FileSystem
  const there = yield* natterIn(old)
  if (there !== undefined) return there
  const commit = yield* Effect.mapError(
    run("git", "rev-parse", "--verify", "--quiet", "--end-of-options", `${old}^{commit}`),
    () =>
      new CrashError({ message: `${old} is no folder with a release in it, and no commit or tag of this repository` }),
  )
  const folder = yield* layOut(commit.stdout.trim())
  if (!(yield* Effect.mapError(files.exists(path.join(folder, "src/cluster")), failed))) {
    return yield* new CrashError({ message: `${old} is from before there were several nodes: choose a later one` })
  }
  return path.resolve(folder, sources)
})
