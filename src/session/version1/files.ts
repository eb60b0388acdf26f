/** Files in version 1: they go from one client in the lobby to others, and the server keeps nothing of them. */
import * as Effect from "effect/Effect"
import type { SessionCaller } from "../Session.ts"
import { offerFile } from "../../chat/transfers/offerFile.ts"
import type { Party, TransferNotice } from "../../chat/transfers/Party.ts"
import { lobby } from "../../domain/ChannelName.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { TransferId } from "../../domain/TransferId.ts"
import type { Encoding1 } from "../../protocol/Encoding.ts"
import type {
  FileChunk,
  FileTransferComplete,
  FileTransferRequest,
  FileTransferResponse,
  Message,
} from "../../protocol/v1/Message.ts"
import * as render from "../../protocol/v1/render.ts"
import { type Handler, type HandlerResult, notAuthenticated } from "../Handler.ts"
import type { Protocol } from "../Protocol.ts"
import type { Session } from "../Session.ts"

interface Voice {
  readonly tell: (session: Session, message: Message) => void
  readonly fail: (session: Session, error: RequestError) => void
}

const frameOf = (notice: TransferNotice): Message => {
  switch (notice.type) {
    case "Answered":
      return { type: "FileTransferResponse", accept: notice.accept, transfer_id: notice.transfer }
    case "Chunk":
      return { type: "FileChunk", transfer_id: notice.transfer, chunk_id: notice.chunk, data: notice.data }
    case "Completed":
      return { type: "FileTransferComplete", transfer_id: notice.transfer, success: notice.success }
    case "Failed":
      return render.error(notice.error)
  }
}

/** What is done about the frames of files; `inLobby` says what an error means for who is, or is not, in the lobby. */
export const fileHandlers = (
  encoding: Encoding1,
  { fail, tell }: Voice,
  inLobby: (error: RequestError) => RequestError | Disconnect,
) => {
  /** What was given last: all who take a file get the same. */
  let written: { readonly notice: TransferNotice; readonly bytes: Uint8Array } | undefined
  const write = (notice: TransferNotice): Uint8Array => {
    if (written?.notice !== notice) written = { notice, bytes: encoding.encode(frameOf(notice)) }
    return written.bytes
  }

  /** Of each session that has to do with files. */
  const parties = new WeakMap<Session, Party>()
  const partyOf = (session: Session, { by }: SessionCaller): Party => {
    const known = parties.get(session)
    if (known !== undefined) return known
    const { id, outbox } = session
    const party: Party = {
      session: id,
      name: by.user.name,
      isHere: () => session.reason === undefined && session.caller?.memberships.get(lobby) !== undefined,
      tell: (notice) => (notice.type === "Failed" ? fail(session, notice.error) : tell(session, frameOf(notice))),
      give: (notice) => {
        const bytes = write(notice)
        return outbox.offer("files", bytes, bytes.byteLength)
      },
      whenLeft: (run) => void outbox.whenFilesLeft(run),
    }
    parties.set(session, party)
    return party
  }

  /** For who is signed in. */
  const forUser =
    <Frame>(handle: (session: Session, caller: SessionCaller, frame: Frame) => HandlerResult): Handler<Frame> =>
    (session, frame) =>
      session.caller === undefined ? Effect.fail(notAuthenticated()) : handle(session, session.caller, frame)

  const orFail = (error: RequestError | undefined): HandlerResult =>
    error === undefined ? Effect.void : Effect.fail(error)

  return {
    request: forUser<typeof FileTransferRequest.Type>((session, caller, { filename, size }) =>
      Effect.mapError(
        offerFile(session.services.chat, caller, partyOf(session, caller), { channel: lobby, name: filename, size }),
        inLobby,
      ),
    ),
    response: forUser<typeof FileTransferResponse.Type>((session, caller, { accept, transfer_id }) =>
      orFail(
        session.services.chat.transfers.answer(
          partyOf(session, caller),
          accept,
          transfer_id === null ? undefined : TransferId.make(transfer_id),
        ),
      ),
    ),
    chunk: forUser<typeof FileChunk.Type>((session, caller, { chunk_id, data, transfer_id }) =>
      session.services.chat.transfers.chunk(partyOf(session, caller), TransferId.make(transfer_id), chunk_id, data),
    ),
    complete: forUser<typeof FileTransferComplete.Type>((session, caller, { success, transfer_id }) =>
      orFail(session.services.chat.transfers.complete(partyOf(session, caller), TransferId.make(transfer_id), success)),
    ),
    /** Whether a frame is a piece of a file that goes to somebody. */
    isUnderway: (session: Session, frame: { readonly type: string; readonly transfer_id?: string | null }): boolean =>
      frame.type === "FileChunk" &&
      session.caller !== undefined &&
      session.services.chat.transfers.isSending(session.id, (frame as typeof FileChunk.Type).transfer_id),
    offered: ((session, { transfer }) => {
      const { caller, services } = session
      return caller !== undefined && services.chat.transfers.show(partyOf(session, caller), transfer)
    }) satisfies Protocol<Session>["offered"],
  }
}
