/** The settings of files that people send. */
import { setting } from "./field.ts"
import { duration, int, onOff, optionalOrigin, size } from "./kind.ts"

const gibibyte = 1024 ** 3

export const fileSettings = {
  "files.enabled": setting("files.enabled", onOff, "Whether people may send files"),
  "files.max-bytes": setting("files.maxBytes", size(1, 1024 * gibibyte), "The largest file"),
  "files.quota": setting(
    "files.quota",
    size(1, 1024 * 1024 * gibibyte),
    "What one user's files may have together, those included that are still to come",
  ),
  "files.uploads": setting("files.uploads", int(1, 10_000), "Files that a user may be sending at once"),
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
}
