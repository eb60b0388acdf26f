/**
 * The settings of `natter chat`, in `chat.json` in the user's folder of settings. Whatever is wrong with the file, the
 * client starts: it says what is wrong, and goes on without that.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as fs from "node:fs"
import * as path from "node:path"
import {
  type Change,
  change,
  defaults,
  isObject,
  maxLength,
  parse,
  print,
  type Settings,
} from "../../terminal/Settings.ts"
import { LocalTrouble } from "../../terminal/LocalFiles.ts"

/** Undefined where the environment names no folder for it; a relative one is to be ignored (XDG Base Directory Specification). */
const placeOf = ({ HOME, XDG_CONFIG_HOME }: NodeJS.ProcessEnv): string | undefined => {
  const settings = XDG_CONFIG_HOME !== undefined && path.isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : undefined
  const folder = settings ?? (HOME ? path.join(HOME, ".config") : undefined)
  return folder === undefined ? undefined : path.join(folder, "natter", "chat.json")
}

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  if (code === "EACCES" || code === "EPERM") return "this is not allowed to you: look at its rights"
  return error instanceof Error ? error.message : String(error)
}

/** What is in the file; undefined where there is none. */
const read = async (file: string): Promise<string | undefined> => {
  try {
    const handle = await fs.promises.open(file, "r")
    try {
      // A fifo, say, would be waited for.
      if (!(await handle.stat()).isFile()) throw new Error("it is not a file")
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxLength + 1), 0, maxLength + 1, 0)
      return buffer.toString("utf8", 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
}

export interface SettingsFile {
  readonly settings: Settings
  /** What is wrong, with the file's name in front. */
  readonly trouble: ReadonlyArray<string>
  readonly keep: (change: Change) => Effect.Effect<void, LocalTrouble>
}

const trouble = (error: unknown) => new LocalTrouble({ message: reasonOf(error) })

/** Changes one part of what is there now: others may have changed it since it was read. */
const keep = (file: string, wanted: Change): Effect.Effect<void, LocalTrouble> =>
  Effect.tryPromise({
    try: async () => {
      const text = (await read(file)) ?? ""
      const json: unknown = text.trim() === "" ? {} : text.length > maxLength ? undefined : parsed(text)
      if (!isObject(json)) throw new Error(`${file} is broken: mend it, or remove it`)
      await fs.promises.mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      // A link, as people have who keep their settings elsewhere, stays one.
      const target = await fs.promises.realpath(file).catch(() => file)
      const draft = `${target}.${process.pid}.part`
      await fs.promises.writeFile(draft, print(change(json, wanted)), { mode: 0o600 })
      await fs.promises.rename(draft, target).catch(async (error: unknown) => {
        await fs.promises.rm(draft, { force: true })
        throw error
      })
    },
    catch: trouble,
  })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is kept in the environment's folder of settings. */
export const settingsFile = (env: NodeJS.ProcessEnv): Effect.Effect<SettingsFile> => {
  const file = placeOf(env)
  if (file === undefined) {
    const message = "there is no place to keep it: set HOME or XDG_CONFIG_HOME"
    return Effect.succeed({ settings: defaults, trouble: [], keep: () => Effect.fail(new LocalTrouble({ message })) })
  }
  return Effect.tryPromise({ try: () => read(file), catch: trouble }).pipe(
    Effect.map((text) => parse(text ?? "")),
    Effect.catch(({ message }) => Effect.succeed({ settings: defaults, problems: [message] })),
    Effect.map(({ problems, settings }) => {
      // One after the other, or the later one would not see the change of the one before it.
      const turn = Semaphore.makeUnsafe(1)
      return {
        settings,
        trouble: problems.map((problem) => `${file}: ${problem}`),
        keep: (wanted: Change) => turn.withPermits(1)(keep(file, wanted)),
      }
    }),
  )
}
