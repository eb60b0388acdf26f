/** What `natter cert` does. */
import type * as CliError from "effect/cli/CliError"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { Username } from "../../domain/Username.ts"
import { userError } from "../userError.ts"
import { make, type Purpose } from "./certificate.ts"
import { type Authority, authority, checkFree, filesOf, type PairFiles, save } from "./folder.ts"
import { type HostName, parse } from "./hostName.ts"

interface Flags {
  readonly out: string
  readonly days: number
  readonly force: boolean
  readonly json: boolean
}

const day = 86_400_000
/** Clocks differ: what is made now is valid on one that is behind. */
const skew = 3_600_000
/** Days that an authority is valid. */
const authorityDays = 3650

interface Made {
  readonly ca: Authority
  readonly files: PairFiles
  readonly until: number
}

/** Makes a pair of the folder's authority. What is there already is not replaced unless `force` says so. */
const makePair = Effect.fnUntraced(function* (
  { days, force, out }: Flags,
  file: string,
  commonName: string,
  purpose: Purpose,
): Effect.fn.Return<Made, CliError.UserError, FileSystem.FileSystem | Path.Path> {
  const files = yield* filesOf(out, file)
  if (!force) yield* checkFree(files)
  const now = yield* Clock.currentTimeMillis
  const from = now - skew
  const ca = yield* authority(out, { from, until: now + authorityDays * day }, force)
  // None is good for longer than who vouches for it.
  const until = Math.min(now + days * day, ca.until)
  const pair = make(commonName, purpose, { from, until }, ca)
  yield* save(files, { ...pair, cert: pair.cert + ca.pem })
  return { ca, files, until }
})

const date = (millis: number): string => DateTime.formatIsoDate(DateTime.makeUnsafe(millis))

/** As a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

const describe = ({ ca, files, until }: Made, what: string): ReadonlyArray<string> => [
  `${ca.file}: the authority, ${ca.isNew ? "made now" : "as it was"}, valid until ${date(ca.until)}. Clients trust it with --ca; its key makes more, so keep that to yourself`,
  `${files.cert}, ${files.key}: ${what}, valid until ${date(until)}`,
]

const print = (json: boolean, made: Made, facts: Readonly<Record<string, unknown>>, lines: ReadonlyArray<string>) =>
  Console.log(
    json
      ? JSON.stringify({
          ca: made.ca.file,
          authority: made.ca.isNew ? "new" : "used again",
          ...made.files,
          ...facts,
          until: date(made.until),
        })
      : lines.join("\n"),
  )

const hostNames = Effect.fnUntraced(function* (given: ReadonlyArray<string>) {
  const names = given.length === 0 ? ["localhost", "127.0.0.1", "::1"] : given
  const parsed: Array<HostName> = []
  for (const name of names) {
    const host = parse(name)
    if (host === undefined) {
      return yield* userError(
        `--name ${name} is no name of a host and no IP address: chat.test, *.chat.test, 192.0.2.7`,
      )
    }
    parsed.push(host)
  }
  return parsed
})

/** How a client writes one of the names. */
const reached = (names: ReadonlyArray<HostName>): string => {
  const { text } = names.find(({ text }) => !text.startsWith("*")) ?? { text: "localhost" }
  return text.includes(":") ? `[${text}]` : text
}

export const server = Effect.fnUntraced(function* (given: Flags & { readonly names: ReadonlyArray<string> }) {
  const names = yield* hostNames(given.names)
  const texts = names.map(({ text }) => text)
  const made = yield* makePair(given, "server", texts[0]!, { type: "server", names })
  const { ca, files } = made
  yield* print(given.json, made, { names: texts }, [
    ...describe(made, `the server's certificate and its key, for ${texts.join(", ")}`),
    "",
    `natter serve --tls-cert ${quoted(files.cert)} --tls-key ${quoted(files.key)}`,
    `natter chat wss://${reached(names)}:8080 --ca ${quoted(ca.file)} --name ann`,
  ])
})

export const node = Effect.fnUntraced(function* (given: Flags & { readonly host: string }) {
  const [name] = yield* hostNames([given.host])
  const made = yield* makePair(given, `node-${given.host.replaceAll(/[^\w.-]/g, "_")}`, given.host, {
    type: "node",
    names: [name!],
  })
  const { ca, files } = made
  yield* print(given.json, made, { names: [given.host] }, [
    ...describe(made, `the certificate of the node at ${given.host} and its key`),
    "",
    `NATTER_CLUSTER_TLS_CERT=${quoted(files.cert)} NATTER_CLUSTER_TLS_KEY=${quoted(files.key)} NATTER_CLUSTER_TLS_CA=${quoted(ca.file)} natter serve`,
  ])
})

const decodeUsername = Schema.decodeUnknownEffect(Username)

export const client = Effect.fnUntraced(function* (given: Flags & { readonly name: string }) {
  const name = yield* Effect.mapError(decodeUsername(given.name), (cause) =>
    userError(`${JSON.stringify(given.name)} cannot be the name of an account`, cause),
  )
  const made = yield* makePair(given, `client-${name.replaceAll(/[^\p{L}\p{N}._-]/gu, "_")}`, name, { type: "client" })
  const { ca, files } = made
  yield* print(given.json, made, { account: name }, [
    ...describe(made, `the certificate of ${name} and its key`),
    "",
    `natter user add ${quoted(name)}`,
    `NATTER_TLS_CLIENT_CA=${quoted(ca.file)} NATTER_TLS_CLIENT_CERTIFICATES=optional natter serve --tls-cert … --tls-key …`,
    `natter chat wss://localhost:8080 --ca ${quoted(ca.file)} --cert ${quoted(files.cert)} --key ${quoted(files.key)} --name ${quoted(name)}`,
  ])
})
