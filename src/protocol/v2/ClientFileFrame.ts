/** What a client says of files. */
import { ChannelName } from "../../domain/ChannelName.ts"
import { FileId } from "../../domain/FileId.ts"
import { maxGivenLength } from "../../domain/Limits.ts"
import { Sha256 } from "../../domain/Sha256.ts"
import { bytes, field, optional, textUpTo, u64 } from "../internal/field.ts"
import { frame } from "../internal/frame.ts"

const ref = optional(u64, "Chosen by the client; the reply or the error to this frame carries the same.")

const fileId = field(FileId, "Which file: as `Upload`, or a message, has it.")
const offset = field(u64, "The place of the first byte in the file, from 0.")
const StartUpload = frame(
  "StartUpload",
  {
    description: "Announce a file that is to be sent to a channel. It is heard of when a message carries it.",
    reply: "Upload",
  },
  {
    ref,
    channel: ChannelName,
    name: field(
      textUpTo(maxGivenLength),
      "What it is called. A path before it goes, and what could do harm in a name.",
    ),
    size: field(u64, "Bytes that are to come."),
    media_type: optional(textUpTo(maxGivenLength), "What the sender takes it for."),
    sha256: optional(Sha256, "What has come is compared with it. In the end it is told in any case."),
  },
)
const ResumeUpload = frame(
  "ResumeUpload",
  {
    description: "Go on with a file: after the connection was lost, or one of both sides was started anew.",
    reply: "Upload",
  },
  { ref, channel: ChannelName, file: fileId },
)
const UploadChunk = frame(
  "UploadChunk",
  {
    description:
      "More of a file, behind what was sent before. `UploadProgress` says up to where it is safe; `Uploaded` or " +
      "`UploadFailed` end it. It does not count as a frame where it has 4096 bytes or more, or is the last.",
  },
  {
    file: fileId,
    offset,
    data: field(
      bytes,
      "At most as many as `chunk` of `Upload` says. None: no more comes for now; what has come is kept.",
    ),
  },
)
const CancelUpload = frame(
  "CancelUpload",
  { description: "A file is not to come after all, or not to be said.", reply: "Ok" },
  { ref, channel: ChannelName, file: fileId },
)
const Download = frame(
  "Download",
  {
    description: "Read a file that a message in the channel carries. One is read once at a time: the next takes over.",
    reply: "Opened",
  },
  {
    ref,
    channel: ChannelName,
    file: fileId,
    offset: optional(u64, "From this byte on. Default: 0."),
  },
)
const FileAck = frame(
  "FileAck",
  {
    description:
      "The bytes of a file up to here have been taken: more may come, and at its end the reading is over. It does not count " +
      "as a frame where it is 32768 bytes or more behind the one before, or at the end.",
  },
  { file: fileId, offset: field(u64, "Up to here, which is not among them.") },
)
const CloseDownload = frame("CloseDownload", { description: "No more of a file.", reply: "Ok" }, { ref, file: fileId })

export const all = [StartUpload, ResumeUpload, UploadChunk, CancelUpload, Download, FileAck, CloseDownload] as const
