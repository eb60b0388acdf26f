/** The folder of `natter cert`: an authority, and the pairs that it has certified. */
import type * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as crypto from "node:crypto"
import { userError } from "../userError.ts"
import { type Issuer, make, type Pair, type Validity } from "./certificate.ts"

type Needs = FileSystem.FileSystem | Path.Path

/** The files of a pair. */
export interface PairFiles {
  readonly cert: string
  readonly key: string
}

export const filesOf = (folder: string, name: string): Effect.Effect<PairFiles, never, Path.Path> =>
  Effect.map(Path.Path, ({ join }) => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) }))

const failed = (file: string) => (error: PlatformError.PlatformError) =>
  userError(`${file} can't be used: ${error.reason._tag === "PermissionDenied" ? "permission denied" : error.message}`)

const exists = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.mapError(fs.exists(file), failed(file)))

/** Fails where one of the two is there already. */
export const checkFree = ({ cert, key }: PairFiles): Effect.Effect<void, CliError.UserError, Needs> =>
  Effect.forEach(
    [cert, key],
    Effect.fnUntraced(function* (file: string) {
      if (yield* exists(file)) {
        return yield* userError(`${file} is there already: --force replaces it, --out takes another folder`)
      }
    }),
    { discard: true },
  )

/** Written beside it and renamed, so that a service that looks at its files never sees a half. */
const write = Effect.fnUntraced(function* (file: string, content: string, mode: number) {
  const fs = yield* FileSystem.FileSystem
  const draft = `${file}.new`
  yield* fs
    .remove(draft, { force: true })
    .pipe(
      Effect.andThen(fs.writeFileString(draft, content, { flag: "wx", mode })),
      Effect.andThen(fs.rename(draft, file)),
      Effect.mapError(failed(file)),
    )
})

/** The key can be read by its owner alone. */
export const save = Effect.fnUntraced(function* (files: PairFiles, { cert, key }: Pair) {
  const fs = yield* FileSystem.FileSystem
  const { dirname } = yield* Path.Path
  const folder = dirname(files.cert)
  yield* Effect.mapError(fs.makeDirectory(folder, { recursive: true, mode: 0o700 }), failed(folder))
  yield* write(files.key, key, 0o600)
  yield* write(files.cert, cert, 0o644)
})

/** What the name of every authority begins with that was made here. */
const authorityName = "Natter development CA"

/** An authority that can certify others. */
export interface Authority extends Issuer {
  readonly file: string
  readonly pem: string
  readonly until: number
  /** Made just now. */
  readonly isNew: boolean
}

const readPair = Effect.fnUntraced(function* (files: PairFiles) {
  const fs = yield* FileSystem.FileSystem
  const cert = yield* Effect.mapError(fs.readFileString(files.cert), failed(files.cert))
  const key = yield* Effect.mapError(fs.readFileString(files.key), failed(files.key))
  return yield* Effect.try({
    try: () => {
      const certificate = new crypto.X509Certificate(cert)
      const privateKey = crypto.createPrivateKey(key)
      const [, commonName] = /^CN=(.*)$/.exec(certificate.subject) ?? []
      if (commonName?.startsWith(authorityName) !== true || !certificate.checkPrivateKey(privateKey)) throw new Error()
      return { commonName, key: privateKey, pem: cert, until: certificate.validToDate.getTime() }
    },
    catch: (cause) =>
      userError(`${files.cert} is no authority that natter cert has made: take another folder with --out`, cause),
  })
})

const makeAuthority = Effect.fnUntraced(function* (files: PairFiles, validity: Validity) {
  // Two of one name that have different keys would be taken for one.
  const commonName = `${authorityName} ${crypto.randomBytes(4).toString("hex")}`
  const pair = make(commonName, { type: "authority" }, validity)
  yield* save(files, pair)
  return { commonName, key: crypto.createPrivateKey(pair.key), pem: pair.cert, until: validity.until }
})

/** The authority of the folder; it is made where there is none, or where it has expired and `force` says so. */
export const authority = Effect.fnUntraced(function* (
  folder: string,
  validity: Validity,
  force: boolean,
): Effect.fn.Return<Authority, CliError.UserError, Needs> {
  const files = yield* filesOf(folder, "ca")
  const [hasCert, hasKey] = [yield* exists(files.cert), yield* exists(files.key)]
  const { cert: file } = files
  if (hasCert !== hasKey) {
    const [there, absent] = hasCert ? [files.cert, files.key] : [files.key, files.cert]
    return yield* userError(`there is ${there} and no ${absent}: bring that back, or take another folder with --out`)
  }
  if (!hasCert) return { ...(yield* makeAuthority(files, validity)), file, isNew: true }
  const found = yield* readPair(files)
  if (found.until > validity.from) return { ...found, file, isNew: false }
  if (force) return { ...(yield* makeAuthority(files, validity)), file, isNew: true }
  return yield* userError(`${file} has expired: --force makes another one, of which clients have to be told`)
})
