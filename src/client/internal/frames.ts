/** From what a program asks for to frames. */
import * as Result from "effect/Result"
import { RequestError } from "../../domain/RequestError.ts"
import { readRequest } from "../../protocol/ClientEncoding.ts"
import type { ClientFrame } from "../../protocol/v2/ClientFrame.ts"
import type { Terms } from "./Terms.ts"

/** The bytes of a request whose fields come from the program, or the error with which the server would refuse it. */
export const encode = (terms: Terms, frame: typeof ClientFrame.Encoded): Result.Result<Uint8Array, RequestError> =>
  readRequest(frame).pipe(
    Result.mapError(
      ({ field, message }) => new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${message}` }),
    ),
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
