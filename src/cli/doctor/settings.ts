/** The settings: whether they can be used, where they are from, and what is unwise about them. */
import * as fs from "node:fs"
import type { Configuration } from "../../server/ServerConfig.ts"
import { settings as table, type Setting } from "../../server/ServerConfig.ts"
import { about, type Finding } from "./Finding.ts"

const { ok, problem, warning } = about("settings")

const seeAlso = "docs/CONFIGURATION.md lists all settings; `natter config --help` says where they may be"

/** All that is wrong with them, one finding each. */
export const wrong = (problems: ReadonlyArray<string>): ReadonlyArray<Finding> =>
  problems.map((line, index) => problem(line, index === problems.length - 1 ? seeAlso : undefined))

const isSecret = (name: string): boolean => (table as Readonly<Record<string, Setting<unknown>>>)[name]?.secret === true

/** The file that a value is from; undefined where it is from somewhere else. */
const fileOf = (from: string | undefined): string | undefined =>
  from === undefined || from.startsWith("NATTER_") || from.startsWith("--") ? undefined : from

const placeOf = (from: string | undefined): string => {
  if (from === undefined) return "by default"
  return `from ${fileOf(from) ?? (from.startsWith("--") ? "flags" : "the environment")}`
}

/** Where how many of them are from. */
const origins = ({ inForce }: Configuration): string => {
  const counts = new Map<string, number>()
  for (const { from } of inForce) counts.set(placeOf(from), (counts.get(placeOf(from)) ?? 0) + 1)
  return [...counts].map(([place, count]) => `${count} ${place}`).join(", ")
}

/** Files with secrets in them that others can read. */
const readable = ({ inForce }: Configuration): ReadonlyArray<Finding> => {
  const files = new Set(inForce.flatMap(({ from, name }) => (isSecret(name) ? (fileOf(from) ?? []) : [])))
  return [...files].flatMap((file) => {
    const mode = fs.statSync(file, { throwIfNoEntry: false })?.mode ?? 0
    return (mode & 0o044) === 0
      ? []
      : [
          warning(
            `${file} holds secrets, and others can read it`,
            `chmod 600 ${file}, or let the group of the service read it alone`,
          ),
        ]
  })
}

const isLocal = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.")

/** Passwords in clear text across a network. */
const unencrypted = ({ settings: { listen, proxies, tcp, tls } }: Configuration): ReadonlyArray<Finding> => {
  const places = [
    ...(tcp.listen || listen.length === 0 ? [{ host: tcp.host, tls: tls.cert === "" ? "never" : "maybe" }] : []),
    ...listen.flatMap((place) => (place.kind === "tcp" ? [place] : [])),
  ]
  const open = places.filter((place) => !isLocal(place.host) && (tls.cert === "" || place.tls === "never"))
  if (open.length === 0 || proxies.trusted.text !== "none") return []
  return [
    warning(
      `others reach it without TLS (${open.map(({ host }) => host).join(", ")}): passwords can be read on the way`,
      "set tls.cert and tls.key, or listen on 127.0.0.1 behind a proxy that has a certificate (docs/TRANSPORTS.md)",
    ),
  ]
}

export const inForce = (configuration: Configuration): ReadonlyArray<Finding> => [
  ok(`${origins(configuration)}; \`natter config\` shows each`),
  ...configuration.notes.map((note) => warning(note, "set it in one place alone")),
  ...readable(configuration),
  ...unencrypted(configuration),
]
