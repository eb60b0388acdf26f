/** Sending files, and reading them. */
import { createHash } from "node:crypto"
import type { Settings } from "../../src/testing/TestServer.ts"
import type { FileOperationName } from "./fileDoors.ts"
import { nothing, said, sent, tea } from "./sentFiles.ts"
import { all, type Ask, type Case, conversing, muted, notReading, olga, placing, silenced } from "./table.ts"

const sha256 = createHash("sha256").update(tea).digest("hex")

const none: Settings = { files: { enabled: false } }
const readOnly = olga((channel) => ({ type: "Configure", channel, access: "readonly" }))

/** Whoever may not say something in a channel may not send a file there. */
const sending = <Name extends FileOperationName>(ask: Ask<Name>): ReadonlyArray<Case<Name>> => [
  ...placing(ask),
  { refused: "NotSupported", request: ask("den"), settings: none },
  { refused: "Forbidden", when: "it is read-only", request: ask("den"), before: readOnly },
  { refused: "Muted", request: ask("den"), before: muted },
  { refused: "Blocked", request: ask("@bob"), before: silenced },
]

/** Of a file that is none of hers there is nothing to be known. */
const own = <Name extends FileOperationName>(ask: (channel: string, file?: string) => Case<Name>["request"]) => {
  const rows: ReadonlyArray<Case<Name>> = [
    ...sending<Name>((channel) => ask(channel, nothing)),
    { refused: "NoSuchFile", request: ask("den", nothing) },
    { refused: "NoSuchFile", when: "it is another's", request: ask("den"), before: sent({ by: "bob", come: "t" }) },
    {
      refused: "NoSuchFile",
      when: "it is of another channel",
      request: ask("den"),
      before: all(conversing, sent({ channel: "@bob", come: "t" })),
    },
  ]
  return rows
}

const start = (channel: string, more: object = {}) => ({ channel, name: "tea.txt", size: 3, ...more })

export const startUpload: ReadonlyArray<Case<"startUpload">> = [
  { request: start("den"), answer: { offset: 0, size: 3 } },
  { when: "of nothing", request: start("den", { size: 0 }), answer: { offset: 0, size: 0 } },
  { when: "to somebody who is away", request: start("@bob"), answer: { offset: 0, size: 3 }, before: conversing },
  ...sending<"startUpload">(start),
  {
    refused: "InvalidFrame",
    when: "nothing is called so",
    request: start("den", { name: "x".repeat(4097) }),
    doors: ["HTTP"],
  },
  { refused: "FileTooLarge", request: start("den"), settings: { files: { maxBytes: 2 } } },
  { refused: "FileQuota", request: start("den"), settings: { files: { quota: 5 } }, before: sent() },
  {
    refused: "TooManyUploads",
    request: start("den"),
    settings: { files: { uploads: 1 } },
    before: sent({ come: "t" }),
  },
]

const ofFile = (channel: string, file = "<file>") => ({ channel, file })

export const describeUpload: ReadonlyArray<Case<"describeUpload">> = [
  { request: ofFile("den"), answer: { offset: 2, size: 3 }, before: sent({ come: "te" }) },
  { when: "all has come", request: ofFile("den"), answer: { offset: 3, size: 3 }, before: sent() },
  ...own<"describeUpload">(ofFile),
]

const append = (channel: string, file = "<file>") => ({ channel, file, offset: 2, text: "a" })

export const appendUpload: ReadonlyArray<Case<"appendUpload">> = [
  { request: append("den"), answer: { offset: 3, size: 3 }, before: sent({ come: "te" }) },
  {
    when: "there is more to come",
    request: { ...append("den"), offset: 1, text: "e" },
    answer: { offset: 2, size: 3 },
    before: sent({ come: "t" }),
  },
  ...own<"appendUpload">(append),
  { refused: "WrongOffset", request: append("den"), before: sent({ come: "t" }) },
  { refused: "FileTooLarge", request: { ...append("den"), text: "aa" }, before: sent({ come: "te" }) },
  {
    refused: "HashMismatch",
    request: { ...append("den"), text: "b" },
    before: sent({ come: "te", sha256 }),
  },
  {
    refused: "FileRefused",
    request: append("den"),
    settings: { fileScan: { command: "/bin/false" } },
    before: sent({ come: "te" }),
  },
]

export const cancelUpload: ReadonlyArray<Case<"cancelUpload">> = [
  { request: ofFile("den"), before: sent({ come: "te" }) },
  { when: "all has come", request: ofFile("den"), before: sent() },
  ...own<"cancelUpload">(ofFile),
  { refused: "Forbidden", when: "a message carries it", request: ofFile("den"), before: said("ann") },
]

export const openFile: ReadonlyArray<Case<"openFile">> = [
  { request: ofFile("den"), answer: { sha256, text: tea }, before: said("bob") },
  { when: "she is muted", request: ofFile("den"), answer: { text: tea }, before: all(said("bob"), muted) },
  { when: "it is hers", request: ofFile("den"), answer: { sha256, text: tea }, before: sent() },
  ...notReading<"openFile">((channel) => ofFile(channel, nothing)),
  { refused: "NotSupported", request: ofFile("den", nothing), settings: none },
  { refused: "NoSuchFile", request: ofFile("den", nothing) },
  { refused: "NoSuchFile", when: "more is to come", request: ofFile("den"), before: sent({ come: "te" }) },
  { refused: "NoSuchFile", when: "no message carries it", request: ofFile("den"), before: sent({ by: "bob" }) },
]
