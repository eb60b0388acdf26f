import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import { forUser } from "../Command.ts"

/** This server takes no files: it says so in the words of the protocol. */
export const fileTransferRequest = forUser<unknown>((session) =>
  Effect.sync(() => session.tell1({ type: "FileTransferResponse", accept: false, transfer_id: null })),
)

/** For a transfer there cannot be. */
export const fileTransferPart = forUser<unknown>(() => Effect.fail(new RequestError({ reason: "NoSuchTransfer" })))
