/**
 * The sign-ins that `natter login` keeps, by server, in `profiles.json` in the user's folder of settings. The file holds
 * tokens, so nobody else may read it or write it.
 */
import type * as CliError from "effect/cli/CliError"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { type Address, format } from "../client/Address.ts"
import { userError } from "./userError.ts"

const Profile = Schema.Struct({
  name: Schema.String,
  /** Absent where the server gave none. */
  token: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
  /** The token was made apart, and may be used elsewhere: signing out here does not revoke it. */
  given: Schema.optionalKey(Schema.Literal(true)),
  /** A guest signs in by name alone. */
  guest: Schema.optionalKey(Schema.Literal(true)),
  /** The files of whom to trust there, and of the user's certificate and its key; the paths are absolute. */
  ca: Schema.optionalKey(Schema.String),
  cert: Schema.optionalKey(Schema.String),
  key: Schema.optionalKey(Schema.String),
})
export type Profile = typeof Profile.Type

const Profiles = Schema.Struct({
  version: Schema.Literal(1),
  /** The server that was signed in to last. */
  default: Schema.optionalKey(Schema.String),
  servers: Schema.Record(Schema.String, Profile),
})
export type Profiles = typeof Profiles.Type

type Needs = FileSystem.FileSystem | Path.Path

const none: Profiles = { version: 1, servers: {} }

/** The largest file that is read, in bytes; a profile takes about 150. */
const maxBytes = 1024 * 1024

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Profiles))
const versionOf = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ version: Schema.Finite })))
const encode = Schema.encodeSync(Profiles)

/** The key of a server in the file. */
export const key = (address: Address): string =>
  // A URL has its host in small letters, and the path of a file means what it says.
  format("port" in address ? { ...address, host: address.host.toLowerCase() } : address)

const folderIn = (variable: string) =>
  Config.String(variable).pipe(Effect.option, Effect.map(Option.filter((folder) => folder !== "")))

/** Where this user's settings are kept; undefined where the environment names no folder for it. */
export const folder: Effect.Effect<string | undefined, never, Path.Path> = Effect.gen(function* () {
  const { isAbsolute, join } = yield* Path.Path
  // A relative path is to be ignored (XDG Base Directory Specification).
  const settings = Option.filter(yield* folderIn("XDG_CONFIG_HOME"), isAbsolute)
  const home = Option.map(yield* folderIn("HOME"), (home) => join(home, ".config"))
  return Option.getOrUndefined(
    Option.map(
      Option.orElse(settings, () => home),
      (folder) => join(folder, "natter"),
    ),
  )
})

/** The path of the file; undefined where there is no place for it. */
const place: Effect.Effect<string | undefined, never, Path.Path> = Effect.gen(function* () {
  const { join } = yield* Path.Path
  const settings = yield* folder
  return settings === undefined ? undefined : join(settings, "profiles.json")
})

const failed = (file: string) => (error: PlatformError.PlatformError) =>
  userError(`${file} can't be used: ${error.reason._tag === "PermissionDenied" ? "permission denied" : error.message}`)

const absent = <A, R>(effect: Effect.Effect<A, PlatformError.PlatformError, R>) =>
  effect.pipe(
    Effect.asSome,
    Effect.catchIf(
      ({ reason }) => reason._tag === "NotFound",
      () => Effect.succeedNone,
    ),
  )

const foreign = ({ uid }: FileSystem.File.Info): boolean => {
  const me = process.getuid?.()
  return me !== undefined && Option.isSome(uid) && uid.value !== me
}

/** Whether the file has any of these permission bits. On a system without users they mean nothing. */
const permits = ({ mode }: FileSystem.File.Info, bits: number): boolean =>
  process.getuid !== undefined && (mode & bits) !== 0

/** Resolves links; undefined where there is no such file. A link that another user has made is refused. */
const follow = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const link = yield* Effect.mapError(absent(fs.lstat(path)), failed(path))
  if (Option.isNone(link)) return undefined
  if (link.value.type !== "SymbolicLink") return path
  if (foreign(link.value)) return yield* userError(`${path} is a link made by another user: remove it`)
  return yield* Effect.mapError(fs.realPath(path), failed(path))
})

/** Checks the folder, too: whoever can write to it can replace the file. */
const checkFolder = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.mapError(fs.stat(folder), failed(folder))
  if (foreign(info)) return yield* userError(`${folder} belongs to another user`)
  if (permits(info, 0o022)) return yield* userError(`others can write to ${folder}: chmod 700 ${folder}`)
})

/** The path of the file with all links resolved; undefined where there is none. */
const locate = Effect.fnUntraced(function* (file: string) {
  const folder = (yield* Path.Path).dirname(file)
  if ((yield* follow(folder)) === undefined) return undefined
  yield* checkFolder(folder)
  return yield* follow(file)
})

const read = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    // The opened file is checked, not its path: another file could be put there in between.
    const open = yield* Effect.mapError(fs.open(file, { flag: "r", noFollow: true }), failed(file))
    const info = yield* Effect.mapError(open.stat, failed(file))
    if (info.type !== "File") return yield* userError(`${file} is not a file`)
    if (foreign(info)) return yield* userError(`${file} belongs to another user`)
    if (permits(info, 0o077)) return yield* userError(`others can read ${file}: chmod 600 ${file}`)
    const bytes = yield* Effect.mapError(open.readAlloc(maxBytes), failed(file))
    return Option.match(bytes, { onNone: () => "", onSome: (bytes) => new TextDecoder().decode(bytes) })
  }).pipe(Effect.scoped)

const load = Effect.fnUntraced(function* (file: string): Effect.fn.Return<Profiles, CliError.UserError, Needs> {
  const located = yield* locate(file)
  if (located === undefined) return none
  const text = yield* read(located)
  const profiles = decode(text)
  if (Option.isSome(profiles)) return profiles.value
  const version = Option.map(versionOf(text), ({ version }) => version)
  return yield* userError(
    Option.exists(version, (version) => version > 1)
      ? `${file} was written by a newer natter: use that one`
      : `${file} is damaged: mend it, or remove it and sign in again`,
  )
})

/** All profiles; none where the environment names no folder for them. */
export const all: Effect.Effect<Profiles, CliError.UserError, Needs> = Effect.flatMap(place, (file) =>
  file === undefined ? Effect.succeed(none) : load(file),
)

/** The path of the file; fails where the environment names no folder for it, or the file cannot be used. */
export const ready: Effect.Effect<string, CliError.UserError, Needs> = Effect.gen(function* () {
  const file = yield* place
  if (file === undefined) return yield* userError("there is no place to keep this: set HOME or XDG_CONFIG_HOME")
  yield* load(file)
  return file
})

export const find = (address: Address): Effect.Effect<Profile | undefined, CliError.UserError, Needs> =>
  Effect.map(all, ({ servers }) => (Object.hasOwn(servers, key(address)) ? servers[key(address)] : undefined))

/** Another process holds its draft for milliseconds: one that is older than this was left behind, and is removed. */
const patience = { schedule: Schedule.spaced("20 millis"), times: 100 }

/**
 * Changes the profiles. The new file is written as a draft beside the old one and then renamed, so that there is never
 * half a file. While there is a draft, other processes wait, so that none undoes the change of another.
 */
export const update = (change: (profiles: Profiles) => Profiles): Effect.Effect<void, CliError.UserError, Needs> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { dirname } = yield* Path.Path
    const file = yield* ready
    yield* Effect.mapError(fs.makeDirectory(dirname(file), { recursive: true, mode: 0o700 }), failed(file))
    const target = (yield* locate(file)) ?? file
    const draft = `${target}.new`

    const taken = (error: PlatformError.PlatformError) => error.reason._tag === "AlreadyExists"
    const create = fs.open(draft, { flag: "wx", mode: 0o600 })
    const written = yield* create.pipe(
      Effect.retry({ ...patience, while: taken }),
      Effect.catchIf(taken, () => Effect.andThen(fs.remove(draft, { force: true }), create)),
      Effect.mapError(failed(draft)),
    )
    yield* Effect.gen(function* () {
      const text = `${JSON.stringify(encode(change(yield* load(file))), undefined, 2)}\n`
      yield* written
        .writeAll(new TextEncoder().encode(text))
        .pipe(Effect.andThen(written.sync), Effect.andThen(fs.rename(draft, target)), Effect.mapError(failed(file)))
      // After the rename, a draft of this name belongs to another process.
    }).pipe(Effect.onError(() => Effect.ignore(fs.remove(draft, { force: true }))))
  }).pipe(Effect.scoped)
