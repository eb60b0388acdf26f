/** Sending and reading files behind the doors that have words for it; what came of it is said in the same. */
import * as Effect from "effect/Effect"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import * as render from "../../src/protocol/v2/render.ts"
import type { ServerFrameOf } from "../../src/protocol/v2/ServerFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { Answered, Ask } from "../http/asking.ts"
import type { Outcome } from "./Outcome.ts"

interface OfFile {
  readonly channel: string
  readonly file: string
}

/** What is asked of each operation on files. */
export interface FileRequests {
  readonly startUpload: {
    readonly channel: string
    readonly name: string
    readonly size: number
    readonly sha256?: string
  }
  readonly describeUpload: OfFile
  readonly appendUpload: OfFile & { readonly offset: number; readonly text: string }
  readonly cancelUpload: OfFile
  readonly openFile: OfFile
}
export type FileOperationName = keyof FileRequests

/** Bytes that have come, and those that are to come in all. */
const reached = ({ offset, size }: { readonly offset: number; readonly size: number }): Outcome => ({
  answer: { offset, size },
})
const done: Outcome = { answer: render.ok(undefined) }
const read = (sha256: string, bytes: ReadonlyArray<Uint8Array>): Outcome => ({
  answer: { sha256, text: Buffer.concat(bytes).toString() },
})

const refusedBy = ({ field, message, name }: ServerFrameOf<"Error">): Outcome => ({
  refused: { reason: name, message, ...(field === undefined ? {} : { field }) },
})
const failedBy = ({ message, reason }: ServerFrameOf<"UploadFailed" | "DownloadFailed">): Outcome => ({
  refused: { reason, message },
})

type Calls = {
  readonly [Name in FileOperationName]: (request: FileRequests[Name]) => Effect.Effect<Outcome, unknown>
}

/** In version 2 more of a file is sent by one who has resumed it, and is at its end for now. */
export const filesInVersion2 = (client: TestClient2): Calls => {
  /** What is answered, be it with an error. */
  const ask = Effect.fnUntraced(function* (request: typeof ClientFrame.Encoded, type: "Upload" | "Ok" | "Opened") {
    yield* client.send({ ...request, ref: 900 } as typeof request)
    while (true) {
      const next = yield* client.next
      if (next.type === "Error" || next.type === type) return next
    }
  })

  const start = (request: typeof ClientFrame.Encoded) =>
    Effect.map(ask(request, "Upload"), (answer) =>
      answer.type === "Upload" ? reached(answer) : refusedBy(answer as ServerFrameOf<"Error">),
    )

  return {
    startUpload: (request) => start({ type: "StartUpload", ...request }),
    describeUpload: (request) => start({ type: "ResumeUpload", ...request }),
    appendUpload: Effect.fnUntraced(function* ({ channel, file, offset, text }) {
      const answer = yield* ask({ type: "ResumeUpload", channel, file }, "Upload")
      if (answer.type !== "Upload") return refusedBy(answer as ServerFrameOf<"Error">)
      const data = Buffer.from(text)
      const end = offset + data.length
      yield* client.send({ type: "UploadChunk", file, offset, data } as never)
      if (end < answer.size) {
        yield* client.send({ type: "UploadChunk", file, offset: end, data: new Uint8Array(0) } as never)
      }
      while (true) {
        const next = yield* client.next
        if (next.type === "UploadFailed") return failedBy(next)
        if (next.type === "Uploaded") return reached({ offset: next.size, size: next.size })
        if (next.type === "UploadProgress" && next.offset === end && end < answer.size) {
          return reached({ offset: end, size: answer.size })
        }
      }
    }),
    cancelUpload: (request) =>
      Effect.map(ask({ type: "CancelUpload", ...request }, "Ok"), (answer) =>
        answer.type === "Error" ? refusedBy(answer) : done,
      ),
    openFile: Effect.fnUntraced(function* (request) {
      const opened = yield* ask({ type: "Download", ...request }, "Opened")
      if (opened.type !== "Opened") return refusedBy(opened as ServerFrameOf<"Error">)
      const pieces: Array<Uint8Array> = []
      for (let at = 0; at < opened.size; at += pieces.at(-1)!.length)
        pieces.push((yield* client.until("FileChunk")).data)
      return read(opened.sha256, pieces)
    }),
  }
}

const base64 = (text: string) => Buffer.from(text).toString("base64")
const tus = { "Tus-Resumable": "1.0.0" }

/** The names of what is said in headers of tus. */
const fields: Readonly<Record<string, string>> = { "upload-length": "size", "upload-offset": "offset" }

/** Over HTTP, as tus has it. */
export const filesOverHttp = (ask: Ask, authorized: Readonly<Record<string, string>>): Calls => {
  const uploads = (channel: string) => `/api/v1/channels/${encodeURIComponent(channel)}/uploads`
  const upload = ({ channel, file }: OfFile) => `${uploads(channel)}/${file}`

  const asked = (
    method: string,
    path: string,
    more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
    outcome: (answered: Answered & { readonly json: never }) => Outcome,
  ) =>
    Effect.map(ask({ method, path, ...more, headers: { ...authorized, ...tus, ...more.headers } }), (answered) => {
      if (answered.status < 300) return outcome(answered as typeof answered & { readonly json: never })
      const { detail, field, reason } = answered.json as { reason: string; detail: string; field?: string }
      return {
        refused: { reason, message: detail, ...(field === undefined ? {} : { field: fields[field] ?? field }) },
      }
    })

  return {
    startUpload: ({ channel, name, sha256, size }) => {
      const words = { filename: name, ...(sha256 === undefined ? {} : { sha256 }) }
      const metadata = Object.entries(words).map(([word, value]) => `${word} ${base64(value)}`)
      const headers = { "Upload-Length": `${size}`, "Upload-Metadata": metadata.join(",") }
      return asked("POST", uploads(channel), { headers }, ({ json }) => reached(json))
    },
    describeUpload: (request) => asked("GET", upload(request), {}, ({ json }) => reached(json)),
    appendUpload: Effect.fnUntraced(function* ({ offset, text, ...file }) {
      const headers = { "Upload-Offset": `${offset}`, "Content-Type": "application/offset+octet-stream" }
      const appended = yield* asked("PATCH", upload(file), { headers, body: text }, () => done)
      return "refused" in appended ? appended : yield* asked("GET", upload(file), {}, ({ json }) => reached(json))
    }),
    cancelUpload: (request) => asked("DELETE", upload(request), {}, () => done),
    openFile: ({ channel, file }) =>
      asked("GET", `/api/v1/channels/${encodeURIComponent(channel)}/files/${file}`, {}, ({ bytes, headers }) =>
        read(JSON.parse(headers.etag!) as string, [bytes]),
      ),
  }
}
