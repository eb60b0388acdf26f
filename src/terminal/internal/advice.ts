import { catalog, RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"

/** What the user can do about it. */
const advice: { readonly [Reason in RequestErrorReason]?: string } = {
  Forbidden: "/info shows who may",
  Banned: "its owner can let you in again",
  Muted: "a moderator can let you speak again; /info shows who that is",
  ChannelArchived: "its owner can open it again with /unarchive",
  NoSuchChannel: "/channels shows those there are, /create makes one",
  ChannelExists: "/join it, or choose another name",
  NoSuchMessage: "it may have been deleted, or be too old",
  NoSuchUser: "look at the spelling; Tab completes names",
  NotMember: "/join it first",
  InvalidSearch: "/search soup from:ann before:2026-11-01",
  NoSuchFile: "it was deleted, or is too old; /files lists those there are",
  FileTooLarge: "make it smaller, or send it in parts",
  FileQuota: "delete messages with files of yours that nobody needs any more",
  TooManyUploads: "wait until one of yours is through, or /cancel one",
  HashMismatch: "what came was thrown away; try again",
  FileRefused: "ask whoever runs the server why",
  UploadTaken: "try again in a moment",
  TooManyMemberships: "/leave another channel first",
}

/** Why it failed, and what to do now. */
export const explained = (error: { readonly message: string }): string => {
  // What was said of this refusal alone is the whole answer: that of rights is in no list then.
  const isSpecial =
    error instanceof RequestError && error.reason === "Forbidden" && error.message !== catalog.Forbidden.message
  const what = error instanceof RequestError && !isSpecial ? advice[error.reason] : undefined
  return what === undefined ? error.message : `${error.message}: ${what}`
}
