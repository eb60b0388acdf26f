/** Whom a client trusts over TLS, and what it shows: files that are named on the command line. */
import type * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import { createPrivateKey, X509Certificate } from "node:crypto"
import * as path from "node:path"
import { type Address, format, isOverTls } from "../client/Address.ts"
import type { TlsOptions } from "../client/transport/TlsOptions.ts"
import { fromHome } from "./pathFlag.ts"
import type { Profile } from "./profiles.ts"
import * as Profiles from "./profiles.ts"
import { userError } from "./userError.ts"

export interface TlsFlags {
  readonly ca: Option.Option<string>
  readonly cert: Option.Option<string>
  readonly key: Option.Option<string>
}

/** Absolute paths. */
export type TlsFiles = Pick<Profile, "ca" | "cert" | "key">

const file = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), fromHome, Flag.optional)

export const tlsFlags = {
  ca: file("ca", "A PEM file of the authorities whose certificates to trust, instead of those that Node knows"),
  cert: file(
    "cert",
    "A PEM file with a certificate of your own, to sign in with instead of a password; with --key and --name",
  ),
  key: file("key", "The PEM file with its private key"),
}

/** What each file has to have in it. */
const parts = {
  ca: { mark: "-----BEGIN CERTIFICATE-----", what: "a certificate" },
  cert: { mark: "-----BEGIN CERTIFICATE-----", what: "a certificate" },
  key: { mark: "PRIVATE KEY-----", what: "a private key" },
} as const

/** A chain is a few thousand bytes, and the authorities of the world are a quarter of that. */
const maxBytes = 1024 * 1024

const read = Effect.fnUntraced(function* (
  part: keyof typeof parts,
  path: string,
): Effect.fn.Return<string, CliError.UserError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const unreadable = ({ reason }: { readonly reason: { readonly _tag: string } }) =>
    userError(`--${part} ${path}: ${reason._tag === "NotFound" ? "there is no such file" : "it cannot be read"}`)
  const { size } = yield* Effect.mapError(fs.stat(path), unreadable)
  if (size > maxBytes) return yield* userError(`--${part} ${path}: it is longer than 1 MiB`)
  const text = yield* Effect.mapError(fs.readFileString(path), unreadable)
  const { mark, what } = parts[part]
  if (!text.includes(mark)) return yield* userError(`--${part} ${path}: there is no PEM text of ${what} in it`)
  return text
})

/** Whether the two belong together. */
const checkPair = (cert: string, key: string): Effect.Effect<void, CliError.UserError> => {
  if (key.includes("ENCRYPTED")) {
    return Effect.fail(userError("--key: it is encrypted; give a copy that is not, which only you can read"))
  }
  return Effect.try({
    try: () => new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)),
    catch: (cause) => userError("--cert and --key: one of them is damaged", cause),
  }).pipe(Effect.flatMap((fits) => (fits ? Effect.void : Effect.fail(userError("--key is not the key of --cert")))))
}

const names = ["ca", "cert", "key"] as const

/** Where the files are that the flags name, and otherwise those that `natter login` was given for this server. */
const filesOf = (given: TlsFlags, profile: Profile | undefined): TlsFiles => {
  const others = Option.isSome(given.cert) || Option.isSome(given.key) ? ["ca"] : names
  const files: { -readonly [Name in keyof TlsFiles]: TlsFiles[Name] } = {}
  for (const name of names) {
    const kept = others.includes(name) ? profile?.[name] : undefined
    const file = Option.getOrUndefined(Option.map(given[name], (file) => path.resolve(file))) ?? kept
    if (file !== undefined) files[name] = file
  }
  return files
}

/** The paths of the files that are to be used for a server, and what is in them. */
export const tlsFiles = Effect.fnUntraced(function* (
  given: TlsFlags,
  address: Address,
): Effect.fn.Return<
  { readonly files: TlsFiles; readonly options: TlsOptions },
  CliError.UserError,
  FileSystem.FileSystem | Path.Path
> {
  const [first] = names.filter((name) => Option.isSome(given[name]))
  if (!isOverTls(address)) {
    if (first === undefined) return { files: {}, options: {} }
    return yield* userError(
      `--${first}: there is no TLS to ${format(address)}, write it as tls://host:port or wss://host`,
    )
  }
  if (Option.isSome(given.cert) !== Option.isSome(given.key)) {
    return yield* userError("--cert and --key belong together: give both")
  }
  const files = filesOf(given, yield* Profiles.find(address))
  const options: { -readonly [Part in keyof TlsOptions]: TlsOptions[Part] } = {}
  for (const name of names) {
    const file = files[name]
    if (file !== undefined) options[name] = yield* read(name, file)
  }
  if (options.cert !== undefined && options.key !== undefined) yield* checkPair(options.cert, options.key)
  return { files, options }
})

/** What is in the files that are to be used for a server. */
export const tlsOptions = (given: TlsFlags, address: Address) =>
  Effect.map(tlsFiles(given, address), ({ options }) => options)
