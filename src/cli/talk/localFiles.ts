/** The files of this machine that `natter chat` sends and saves. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { plainFileName } from "../../domain/FileName.ts"
import { type LocalFiles, LocalTrouble } from "../../terminal/LocalFiles.ts"
import { mediaTypeOf } from "../mediaTypes.ts"

/** What is wrong, and what to do. */
const troubles: Readonly<Record<string, string>> = {
  EACCES: "this is not allowed to you: look at its rights",
  EPERM: "this is not allowed to you: look at its rights",
  EROFS: "nothing can be written there: name another place, as in /get 1 to /tmp",
  ENOSPC: "the disk is full: make room, and try again",
  EDQUOT: "your part of the disk is full: make room, and try again",
  ENAMETOOLONG: "the name is too long: name a shorter one, as in /get 1 to file",
  ENOTDIR: "a part of the path is no folder",
  EMFILE: "too many files are open: try again in a moment",
}

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : ""

const trouble = (what: string, error: unknown): LocalTrouble => {
  const why = troubles[codeOf(error)] ?? (error instanceof Error ? error.message : String(error))
  return new LocalTrouble({ message: `${what}: ${why}` })
}

const here = <A>(what: string, run: () => Promise<A>): Effect.Effect<A, LocalTrouble> =>
  Effect.tryPromise({ try: run, catch: (error) => (error instanceof LocalTrouble ? error : trouble(what, error)) })

/** As no shell has expanded it. */
const fromHome = (typed: string): string =>
  typed === "~" || typed.startsWith("~/") ? path.join(os.homedir(), typed.slice(1)) : typed

const open: LocalFiles["open"] = (typed) => {
  const file = path.resolve(fromHome(typed))
  return here("it cannot be read", async () => {
    const stats = await fs.promises.stat(file).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error
      throw new LocalTrouble({ message: "there is no such file; Tab completes its path" })
    })
    if (stats.isDirectory()) throw new LocalTrouble({ message: "it is a folder: pack it first, as with tar" })
    if (!stats.isFile()) throw new LocalTrouble({ message: "it is no file of which it is known how large it is" })
    await fs.promises.access(file, fs.constants.R_OK)
    const { size } = stats
    const name = plainFileName(path.basename(file))
    return {
      name,
      size,
      mediaType: mediaTypeOf(name),
      // What is behind that has come later.
      read: (offset) =>
        offset >= size
          ? Stream.empty
          : Stream.suspend(() =>
              Stream.fromAsyncIterable(
                fs.createReadStream(file, { start: offset, end: size - 1 }) as AsyncIterable<Buffer>,
                (error) => trouble("it cannot be read", error),
              ),
            ),
    }
  })
}

/** `photo.png`, `photo (1).png`, … */
const numbered = (name: string, number: number): string => {
  if (number === 0) return name
  const [, stem = name, extension = ""] = /^(.+?)((?:\.tar)?\.[^.]{1,16})$/s.exec(name) ?? []
  return `${stem} (${number})${extension}`
}

/** Numbers that are tried for a name that is taken. */
const maxNumber = 1000

/** A new file of this name, or of the same with a number: nothing is ever opened that was there before. */
const create = async (folder: string, nameOf: (number: number) => string) => {
  for (let number = 0; number < maxNumber; number++) {
    const file = path.join(folder, nameOf(number))
    try {
      return { file, handle: await fs.promises.open(file, "wx") }
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error
    }
  }
  throw new LocalTrouble({ message: "there are too many of this name already: name another, as in /get 1 to other" })
}

/** Where a file of this name goes. Others have chosen the name, the user the path. */
const placeOf = async (downloads: string, name: string, to: string | undefined) => {
  const plain = plainFileName(name)
  if (to === undefined) return { folder: downloads, name: plain }
  const chosen = fromHome(to)
  const stats = await fs.promises.stat(chosen).catch(() => undefined)
  if (stats?.isDirectory() === true) return { folder: chosen, name: plain }
  if (/[/\\]$/.test(chosen)) throw new LocalTrouble({ message: `there is no folder ${to}: make it first` })
  return { folder: path.dirname(chosen), name: path.basename(chosen) }
}

/** Gives a file that is whole its name; tells where it is. */
const finish = async (part: string, handle: fs.promises.FileHandle, folder: string, name: string): Promise<string> => {
  await handle.sync()
  await handle.close()
  // The name is taken first: then nobody else's file can be replaced.
  const taken = await create(folder, (number) => numbered(name, number))
  await taken.handle.close()
  try {
    await fs.promises.rename(part, taken.file)
  } catch (error) {
    await fs.promises.rm(taken.file, { force: true })
    throw error
  }
  return taken.file
}

/** Where that is, whatever folder this was started in and however long ago: below the user's own it begins with `~`. */
const wholePath = (file: string): string => {
  const whole = path.resolve(file)
  const home = os.homedir() + path.sep
  return whole.startsWith(home) ? `~${path.sep}${whole.slice(home.length)}` : whole
}

const save =
  (downloads: string): LocalFiles["save"] =>
  ({ bytes, name, to }) => {
    const what = "it cannot be written"
    const begin = here(what, async () => {
      const place = await placeOf(downloads, name, to)
      try {
        return { ...place, ...(await create(place.folder, (number) => `${numbered(place.name, number)}.part`)) }
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error
        throw new LocalTrouble({ message: `there is no folder ${place.folder}: make it first` })
      }
    })
    return Effect.acquireUseRelease(
      begin,
      ({ file, folder, handle, name }) =>
        Stream.runForEach(bytes, (piece) => here(what, () => handle.writeFile(piece))).pipe(
          Effect.andThen(Effect.uninterruptible(here(what, () => finish(file, handle, folder, name)))),
          Effect.map(wholePath),
        ),
      ({ file, handle }, exit) =>
        Effect.promise(async () => {
          if (Exit.isSuccess(exit)) return
          await handle.close().catch(() => {})
          await fs.promises.rm(file, { force: true })
        }),
    )
  }

/** Paths that are offered. */
const maxOffered = 50

const complete: LocalFiles["complete"] = (typed) =>
  Effect.promise(async () => {
    const end = typed.lastIndexOf("/") + 1
    const folder = typed.slice(0, end)
    const begun = typed.slice(end)
    const entries = await fs.promises
      .readdir(path.resolve(fromHome(folder === "" ? "." : folder)), { withFileTypes: true })
      .catch(() => [])
    const found = entries
      .filter(({ name }) => name.startsWith(begun) && (begun.startsWith(".") || !name.startsWith(".")))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, maxOffered)
    return Promise.all(
      found.map(async (entry) => {
        const at = `${folder}${entry.name}`
        const isFolder = entry.isSymbolicLink()
          ? await fs.promises.stat(path.resolve(fromHome(at))).then(
              (stats) => stats.isDirectory(),
              () => false,
            )
          : entry.isDirectory()
        return isFolder ? `${at}/` : at
      }),
    )
  })

/** Files are saved into this folder, where the user names no other place. */
export const localFiles = (downloads: string): LocalFiles => ({ open, save: save(downloads), complete })
