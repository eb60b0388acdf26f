/** The settings of files that people send. */
import { setting } from "./field.ts"
import { fileStoreKinds } from "../ServerSettings.ts"
import {
  choice,
  duration,
  hidden,
  int,
  type Kind,
  onOff,
  optional,
  optionalFile,
  optionalOrigin,
  optionalUrl,
  path,
  size,
  text,
} from "./kind.ts"

const gibibyte = 1024 ** 3

/** Names of objects begin with it. */
const prefix: Kind<string> = optional("letters, digits and . _ - / that end with /", {
  ...text(""),
  parse: (text) => (/^([\w.-]+\/)+$/.test(text) && text.length <= 200 ? text : undefined),
})

export const fileSettings = {
  "files.enabled": setting("files.enabled", onOff, "Whether people may send files"),
  "files.max-bytes": setting("files.maxBytes", size(1, 1024 * gibibyte), "The largest file"),
  "files.quota": setting(
    "files.quota",
    size(1, 1024 * 1024 * gibibyte),
    "What one user's files may have together, those included that are still to come",
  ),
  "files.uploads": setting("files.uploads", int(1, 10_000), "Files that a user may be sending at once"),
  "files.memory": setting(
    "files.memory",
    size(1024 * 1024, 64 * gibibyte),
    "Memory for what has come of files over frames and is not stored yet, of all who send together",
  ),
  "files.expire-after": setting(
    "files.expireAfter",
    duration("1 minute", "365 days"),
    "Time that an upload waits for more, and a file that has come for a message that carries it",
  ),
  "files.max-age": setting(
    "files.maxAge",
    duration("1 minute", "73000 days"),
    "Age at which files go, though a message carries them: as it is, with their messages",
  ),
  "files.redirect": setting(
    "api.filesRedirect",
    onOff,
    "Whether who reads a file over HTTP is led to where it is kept, where that has an address of its own (S3), good for a few minutes",
  ),
  "files.origin": setting(
    "http.filesOrigin",
    optionalOrigin,
    "The origin from which files are read over HTTP, by links that are good for five minutes: a name of this service's at which there is nothing else",
  ),
  "files.store": setting(
    "fileStore.kind",
    choice(...fileStoreKinds),
    "Where the bytes of files are: `folder` in the folder that `files.folder` says, `s3` in a bucket, which `bucket.*` says. Where `storage` is `memory` they are in memory",
  ),
  "files.folder": setting(
    "fileStore.folder",
    { ...optionalFile, allowed: path.allowed.replace("a path", "none or the path of a folder") },
    "The folder that has files and nothing else, where `files.store` is `folder`; `none`: `files` in the data folder. Where `cluster.enabled` is on all nodes have to share it, and without it no files are taken",
  ),
  "files.scan-command": setting(
    "fileScan.command",
    optional("a program and its arguments between spaces"),
    "Gets each file that has come on its standard input, without a shell: it is clean where it ends with 0, infected with 1, and not taken otherwise",
  ),
  "files.scan-url": setting(
    "fileScan.url",
    optionalUrl,
    "Each file that has come is posted there: it is clean where the answer is 200 or 204, infected where it is 403, and not taken otherwise",
  ),
  "files.scan-timeout": setting(
    "fileScan.timeout",
    duration("1 second", "1 hour"),
    "Time a scanner has for one file; where it takes longer the file is not taken",
  ),

  "bucket.name": setting(
    "fileStore.s3.bucket",
    optional("the name of a bucket", {
      ...text(""),
      parse: (text) => (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) ? text : undefined),
    }),
    "The bucket, where `files.store` is `s3`",
  ),
  "bucket.endpoint": setting("fileStore.s3.endpoint", optionalUrl, "Where the storage is, if it is not that of AWS"),
  "bucket.region": setting("fileStore.s3.region", text("the name of a region"), "The region of the bucket"),
  "bucket.prefix": setting(
    "fileStore.s3.prefix",
    prefix,
    "What the names of all objects begin with. What is below it is one service's alone, which removes what it does not know",
  ),
  "bucket.access-key": setting(
    "fileStore.s3.accessKey",
    optional("the id of a key"),
    "The key by which it is asked; without one it is found where programs on AWS find theirs",
  ),
  "bucket.secret-key": setting("fileStore.s3.secretKey", hidden("a text"), "The secret of that key", { secret: true }),
  "bucket.path-style": setting(
    "fileStore.s3.pathStyle",
    onOff,
    "Whether the bucket is named in the path and not in the host, as many that are not AWS want it",
  ),
  "bucket.address-for": setting(
    "fileStore.s3.addressFor",
    duration("1 second", "7 days"),
    "How long the address of a file in the bucket is good, to which `files.redirect` leads",
  ),
}
