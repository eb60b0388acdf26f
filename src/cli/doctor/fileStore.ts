/** Where files are kept that people send: whether all that is done there can be done, and whose it is. */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { strange } from "../../files/StoreOwner.ts"
import { filesAreApart, type ServerSettings } from "../../server/ServerSettings.ts"
import { type BucketTrouble, inspect, type Step } from "../../storage/BucketInspection.ts"
import { filesInPostgres, filesInSqlite } from "../../storage/Inspection.ts"
import type { S3Settings } from "../../storage/S3Settings.ts"
import { about, type Finding } from "./Finding.ts"
import { mayWrite, owner, room } from "./folders.ts"

const here = about("files")

type Settings = Pick<ServerSettings, "cluster" | "data" | "fileStore" | "files" | "storage">

/** `owned` is how the database calls itself; undefined where it has no records of files yet. */
const whose = (owned: string | undefined, mark: string | undefined, isEmpty: boolean): Finding => {
  if (mark !== undefined && mark === owned) return here.ok("all that is kept there is this database's")
  if (mark !== undefined) {
    const { advice, says } = strange("another")!
    return here.problem(`${says}: of what is kept there nothing is removed`, advice)
  }
  return isEmpty
    ? here.ok("nothing was kept there yet: the first start makes it this database's")
    : here.warning(
        "files are kept there, and no mark says whose they are",
        "the next start takes them for this database's if it knows all of them; otherwise nothing of them is removed, and the log says what to do",
      )
}

const isEmpty = (folder: string): boolean => !fs.existsSync(folder) || fs.readdirSync(folder).length === 0

const markOf = (folder: string): string | undefined => {
  const file = path.join(folder, "owner")
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : undefined
}

const inFolder = (data: string, given: string, owned: string | undefined): ReadonlyArray<Finding> => {
  const folder = given === "" ? path.resolve(data, "files") : path.resolve(given)
  if (!fs.existsSync(folder)) return [here.ok(`${folder} is not there yet: the first start makes it`)]
  const [uploads, contents] = [path.join(folder, "uploads"), path.join(folder, "contents")]
  const folders = [folder, uploads, contents].filter((place) => fs.existsSync(place))
  const closed = folders.filter((place) => !mayWrite(place))
  if (closed.length > 0) {
    return closed.map((place) =>
      here.problem(
        `${place} cannot be written to: nobody can send a file`,
        "make it a folder that is writable for the user Natter runs as",
      ),
    )
  }
  const devices = new Set(folders.slice(1).map((place) => fs.statSync(place).dev))
  const isApart = fs.statSync(folder).dev !== fs.statSync(data).dev
  return [
    here.ok(`${folder} can be written to`),
    ...folders.flatMap((place) => owner(here, place)),
    ...(isApart
      ? room(here, folder, "make room, or let files go sooner (files.max-age, files.expire-after, files.quota)")
      : []),
    ...(devices.size > 1
      ? [
          here.problem(
            `${uploads} and ${contents} are on two file systems: no file can be kept`,
            "put both on one, or `files` as a whole on another",
          ),
        ]
      : []),
    whose(owned, markOf(folder), isEmpty(uploads) && isEmpty(contents)),
  ]
}

const rights: { readonly [Name in Step]: string } = {
  list: "s3:ListBucket on the bucket",
  put: "s3:PutObject on the objects below its prefix",
  read: "s3:GetObject on the objects below its prefix",
  remove: "s3:DeleteObject on the objects below its prefix",
}

/** What to do about what the storage said. */
const adviceOn = ({ full, name, step }: BucketTrouble, { bucket, endpoint, region }: S3Settings): string => {
  if (full) return "make room there: until then nobody can send a file"
  switch (name) {
    case "InvalidAccessKeyId":
      return "it knows no such key: set bucket.access-key to one that it has"
    case "SignatureDoesNotMatch":
      return "the secret is not that of the key: set bucket.secret-key (NATTER_BUCKET_SECRET_KEY) to it"
    case "CredentialsProviderError":
      return "there is no key: set bucket.access-key and bucket.secret-key, or give the machine a role"
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "TokenRefreshRequired":
      return "the key has expired: give another"
    case "NoSuchBucket":
      return `make the bucket ${bucket}, or set bucket.name to one that is there`
    case "AccessDenied":
    case "Forbidden":
      return `the key has no right to this: allow ${rights[step]}`
    case "RequestTimeTooSkewed":
    case "RequestExpired":
      return "the clocks of this machine and of the storage are too far apart: let the system keep the time right (`timedatectl set-ntp true`)"
    case "PermanentRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException":
      return `the bucket is in another region than ${region}: set bucket.region`
    case "InvalidBucketName":
      return "set bucket.name to a name that a bucket may have"
    default:
      return `is ${endpoint === "" ? "AWS" : endpoint} right (bucket.endpoint, bucket.region, bucket.path-style), and can this machine reach it?`
  }
}

const doing: { readonly [Name in Step]: string } = {
  list: "objects cannot be listed",
  put: "objects cannot be put",
  read: "objects cannot be read",
  remove: "objects cannot be removed",
}

const inBucket = (settings: S3Settings, owned: string | undefined): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(inspect(settings), ({ isEmpty, owner, troubles }) => {
    const place = `${settings.bucket}/${settings.prefix}`
    if (troubles.length === 0) {
      return [here.ok(`below ${place} objects can be listed, put, read and removed`), whose(owned, owner, isEmpty)]
    }
    return troubles.map((trouble) =>
      here.problem(
        `below ${place} ${doing[trouble.step]}: ${trouble.name}${trouble.message === "" || trouble.message === trouble.name ? "" : ` (${trouble.message})`}`,
        adviceOn(trouble, settings),
      ),
    )
  })

/** A database that cannot be looked at is said to be so elsewhere. */
const identity = ({ data, storage }: Settings): Effect.Effect<string | undefined> =>
  storage.kind === "postgres"
    ? Effect.orElseSucceed(filesInPostgres(storage.postgres.url), () => undefined)
    : Effect.orElseSucceed(
        Effect.try(() => filesInSqlite(data)),
        () => undefined,
      )

export const fileStore = (settings: Settings): Effect.Effect<ReadonlyArray<Finding>> => {
  const { data, fileStore, files, storage } = settings
  if (!files.enabled) return Effect.succeed([here.ok("none are taken (files.enabled is off)")])
  if (storage.kind === "memory") return Effect.succeed([here.ok("they are in memory, as all else")])
  if (filesAreApart(settings)) {
    return Effect.succeed([
      here.problem(
        "none are taken: each node would have them in a folder of its own",
        "set files.store to s3, or files.folder to a folder that all nodes share",
      ),
    ])
  }
  return Effect.flatMap(identity(settings), (owned) =>
    fileStore.kind === "s3"
      ? inBucket(fileStore.s3, owned)
      : Effect.match(
          Effect.try(() => inFolder(data, fileStore.folder, owned)),
          {
            onFailure: ({ cause }): ReadonlyArray<Finding> => [
              here.problem(
                `they cannot be looked at: ${cause instanceof Error ? cause.message : String(cause)}`,
                "run this as the user of the service",
              ),
            ],
            onSuccess: (findings) => findings,
          },
        ),
  )
}
