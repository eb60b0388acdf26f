/** From what a program asks for to frames. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { RequestError } from "../../domain/RequestError.ts"
import { ClientFrame } from "../../protocol/v2/ClientFrame.ts"
import type { Terms } from "./handshake.ts"

const decode = Schema.decodeUnknownResult(ClientFrame)
const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The bytes of a request whose fields come from the program, or the error with which the server would refuse it. */
export const encode = (terms: Terms, frame: typeof ClientFrame.Encoded): Result.Result<Uint8Array, RequestError> =>
  decode(frame).pipe(
    Result.mapError((error) => {
      const issue = format(error.issue).issues[0]!
      const field = (issue.path ?? []).map(String).join(".")
      return new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${issue.message}` })
    }),
    Result.map((decoded) => terms.encoding.encode(decoded)),
    // The server would end the session over it.
    Result.filterOrFail(
      (bytes) => bytes.byteLength <= terms.maxFrameBytes,
      () =>
        new RequestError({
          reason: frame.type === "Publish" || frame.type === "Edit" ? "MessageTooLong" : "InvalidFrame",
        }),
    ),
  )
