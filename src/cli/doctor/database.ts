/** What is kept, and where: the folder, its file system, and the database. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { ServerSettings } from "../../server/ServerSettings.ts"
import { type PostgresFacts, sqlite, postgres, type Version } from "../../storage/Inspection.ts"
import { about, type Finding } from "./Finding.ts"
import { mayWrite, owner, room, size } from "./folders.ts"

const inFolder = about("data folder")
const inDatabase = about("database")

const roomAdvice =
  "make room, or shorten what is kept (history.keep-time, history.keep-entries); on a full disk nobody can publish, and no service starts"

/** The nearest folder above that is there. */
const existing = (folder: string): string => (fs.existsSync(folder) ? folder : existing(path.dirname(folder)))

export const folder = (given: string): ReadonlyArray<Finding> => {
  const folder = path.resolve(given)
  const stats = fs.statSync(folder, { throwIfNoEntry: false })
  if (stats !== undefined && !stats.isDirectory()) {
    return [inFolder.problem(`${folder} is no folder`, "choose another with --data or NATTER_DATA")]
  }
  const there = existing(folder)
  if (!mayWrite(there)) {
    const advice = "make it writable for the user Natter runs as, or choose another with --data or NATTER_DATA"
    return [
      inFolder.problem(
        there === folder ? `${folder} cannot be written to` : `${folder} cannot be made in ${there}`,
        advice,
      ),
    ]
  }
  return stats === undefined
    ? [inFolder.ok(`${folder} is not there yet: the first start makes it`), ...room(inFolder, there, roomAdvice)]
    : [inFolder.ok(`${folder} can be written to`), ...owner(inFolder, folder), ...room(inFolder, folder, roomAdvice)]
}

/** Times of files that are still to come: the clock was set back, or is wrong now. */
export const fromTheFuture = (given: string, now: number): ReadonlyArray<string> => {
  try {
    return fs
      .readdirSync(given)
      .filter((name) => name.startsWith("natter.db"))
      .filter((name) => fs.statSync(path.join(given, name)).mtimeMs > now + 60_000)
  } catch {
    return []
  }
}

const version = ({ known, schema }: Version): Finding => {
  if (schema === 0) return inDatabase.ok("nothing was kept in it yet: the first start makes its tables")
  if (schema > known) {
    return inDatabase.problem(
      `it was written by a newer Natter (schema ${schema}, this one knows ${known})`,
      "install that one again, or restore a backup from before",
    )
  }
  return schema === known
    ? inDatabase.ok(`its tables are up to date (schema ${schema})`)
    : inDatabase.ok(
        `the next start brings its tables from schema ${schema} to ${known}; make a backup before (natter backup)`,
      )
}

const inSqlite = (
  folder: string,
  synchronous: ServerSettings["storage"]["sqlite"]["synchronous"],
): ReadonlyArray<Finding> => {
  const facts = sqlite(folder)
  if (facts === undefined) return [inDatabase.ok("there is none yet: the first start makes it")]
  if (typeof facts === "string") return [inDatabase.problem(`${path.join(folder, "natter.db")}: ${facts}`)]
  return [
    inDatabase.ok(`${facts.file} is whole, ${size(facts.bytes)}`),
    version(facts),
    synchronous === "full"
      ? inDatabase.ok("what is acknowledged survives a power cut (sqlite.synchronous is full)")
      : inDatabase.warning(
          "the latest messages may be lost when the machine goes (sqlite.synchronous is normal)",
          "set it to full, unless that is meant",
        ),
  ]
}

const oldestPostgres = 12

const postgresFindings = (facts: PostgresFacts, most: number): ReadonlyArray<Finding> => {
  const left = facts.connections.most - facts.connections.taken
  return [
    Number.parseInt(facts.server, 10) < oldestPostgres
      ? inDatabase.problem(`${facts.database} is Postgres ${facts.server}`, `it has to be ${oldestPostgres} or later`)
      : inDatabase.ok(`${facts.database} is Postgres ${facts.server}, ${size(facts.bytes)}`),
    ...(facts.readOnly
      ? [inDatabase.problem("it can only be read", "name the primary server in postgres.url, not a standby")]
      : []),
    ...(facts.mayCreate
      ? []
      : [
          inDatabase.problem(
            "its user may not make tables",
            "GRANT CREATE ON SCHEMA public TO the user in postgres.url",
          ),
        ]),
    version(facts),
    facts.synchronousCommit === "on" || facts.synchronousCommit === "remote_apply"
      ? inDatabase.ok(
          `synchronous_commit is ${facts.synchronousCommit}, ${facts.standbys === "" ? "without a standby that is waited for" : `standbys: ${facts.standbys}`}`,
        )
      : inDatabase.ok(
          `synchronous_commit is ${facts.synchronousCommit} there; Natter sets what it needs for each commit itself`,
        ),
    left < most
      ? inDatabase.warning(
          `the server has ${left} connections left, and postgres.max-connections is ${most}`,
          "raise max_connections there, or lower postgres.max-connections",
        )
      : inDatabase.ok(`${left} connections are left there, ${most} are needed at most`),
  ]
}

export const database = ({
  data,
  storage,
}: Pick<ServerSettings, "data" | "storage">): Effect.Effect<ReadonlyArray<Finding>> => {
  switch (storage.kind) {
    case "memory":
      return Effect.succeed([
        inDatabase.warning(
          "storage is memory: all of it is gone when the service ends",
          "set storage to sqlite or postgres, unless that is meant",
        ),
      ])
    case "sqlite":
      return Effect.match(
        Effect.try(() => inSqlite(data, storage.sqlite.synchronous)),
        {
          onFailure: ({ cause }) => [
            inDatabase.problem(
              `it cannot be looked at: ${cause instanceof Error ? cause.message : String(cause)}`,
              "run this as the user of the service",
            ),
          ],
          onSuccess: (findings) => findings,
        },
      )
    case "postgres":
      return Effect.match(postgres(storage.postgres.url), {
        onFailure: ({ message }) => [
          inDatabase.problem(message, "is it running, and are address, user and password right?"),
        ],
        onSuccess: (facts) => postgresFindings(facts, storage.postgres.maxConnections),
      })
  }
}
