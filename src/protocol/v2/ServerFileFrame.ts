/** What a server says of files. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { FileId } from "../../domain/FileId.ts"
import { bytes, field, optional, text, u32, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"
import { fileFields } from "./Entry.ts"

const ref = optional(u64, "The request's.")
const file = field(FileId, "Which file.")
const offset = field(u64, "The place of the first byte in the file, from 0.")

const Upload = frame(
  "Upload",
  { description: "A file is expected, from `offset` on." },
  {
    ref,
    channel: ChannelName,
    file: field(FileId, "The file's for ever; `Publish` and `Download` take it."),
    offset: field(u64, "Bytes that are safe: go on here."),
    size: field(u64, "Bytes that it has when it is whole."),
    chunk: field(u32, "Bytes of a chunk, at most."),
    window: field(u32, "Bytes that may be sent beyond what `UploadProgress` has said, at most."),
  },
)
const UploadProgress = frame(
  "UploadProgress",
  { description: "More of a file is safe." },
  { file, offset: field(u64, "All bytes before this one.") },
)
const Uploaded = frame(
  "Uploaded",
  {
    description: "A file is whole, and can be said with a message, within the time that the service keeps it for that.",
  },
  { file, ...fileFields },
)
const failure = {
  file,
  code: u32,
  reason: field(text, "The name in the catalog of request errors."),
  message: text,
  retryable: field(Schema.Boolean, "Whether going on may succeed later."),
  retry_after: optional(u32, "Milliseconds to wait before trying again."),
}
const UploadFailed = frame(
  "UploadFailed",
  {
    description:
      "No more of a file is taken here: what still comes is passed over. What was safe stays, unless `reason` says that " +
      "there is no such file.",
  },
  failure,
)
const Opened = frame(
  "Opened",
  { description: "A file follows in chunks, from `offset` on." },
  {
    ref,
    file,
    ...fileFields,
    offset: field(u64, "The place of the first byte that comes."),
    window: field(u32, "Bytes that come beyond what `FileAck` has said, at most."),
  },
)
const FileChunk = frame(
  "FileChunk",
  { description: "More of a file. It comes when there is nothing else to tell." },
  { file, offset: offset, data: bytes },
)
const DownloadFailed = frame(
  "DownloadFailed",
  { description: "No more of a file comes: it is gone, or may not be read any more, or could not be read." },
  failure,
)

export const all = [Upload, UploadProgress, Uploaded, UploadFailed, Opened, FileChunk, DownloadFailed] as const
