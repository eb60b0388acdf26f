/** The calls that are streams, but for a session. */
import type { MessageShape } from "@bufbuild/protobuf"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Bearer } from "../../chat/account/Bearers.ts"
import type { ChatShape } from "../../chat/Chat.ts"
import * as files from "../../chat/files/operations.ts"
import * as operations from "../../chat/operations.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { ChannelEntry, Gap } from "../../embedding/ChannelEntry.ts"
import { localSession } from "../../embedding/LocalSession.ts"
import * as render from "../../protocol/v2/render.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { DownloadFileResponseSchema, UploadFileRequest, WatchRequest } from "../generated/natter/v1/chat_pb.ts"
import type { Surroundings } from "../Surroundings.ts"
import { requestOf } from "./requestOf.ts"

/** All that a channel has behind a place, page by page; who reads faster than one may waits in between. */
export const readHistory = (
  chat: ChatShape,
  { caller }: Bearer,
  request: { readonly channel: string; readonly after: bigint; readonly limit?: number | undefined },
): Stream.Stream<ServerFrameOf<"HistoryPage">, RequestError> =>
  Stream.unwrap(
    Effect.map(
      requestOf("History", { channel: request.channel, after: Number(request.after), limit: request.limit }),
      ({ channel, limit, after: first }) =>
        Stream.paginate(first, (after: Seq | undefined) => {
          const page: ReturnType<typeof operations.page> = Effect.catchIf(
            operations.page(chat, caller, { channel, after, limit }),
            ({ reason, retryAfter }) => reason === "RateLimited" && retryAfter !== undefined,
            ({ retryAfter }) =>
              Effect.delay(
                Effect.suspend(() => page),
                retryAfter!,
              ),
          )
          return Effect.map(page, (page) => {
            const last = page.entries.at(-1)?.seq
            const next = page.more && last !== undefined ? Option.some(last) : Option.none()
            return [[render.historyPage(undefined, channel, page)], next] as const
          })
        }),
    ),
  )

interface Watching {
  readonly chat: ChatShape
  readonly around: Surroundings
  readonly draining: Effect.Effect<Disconnect>
  readonly freshSession: () => SessionId
  readonly freshId: () => string
}

/** Whoever does not take what is there for so long is let go. */
const noRoom = () => new RequestError({ reason: "RateLimited", detail: "Too many streams and connections of yours" })

/** The entries of a channel, read by a session of the call's own: it is in the channel as long as the call lasts. */
export const watch = (
  { around, chat, draining, freshId, freshSession }: Watching,
  { caller }: Bearer,
  { after, channel, history }: WatchRequest,
): Stream.Stream<ChannelEntry | Gap, RequestError | Disconnect> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const address = caller.by.address ?? ""
      yield* Effect.acquireRelease(
        Effect.suspend(() => {
          const letGo = around.hold(address)
          return letGo === undefined ? Effect.fail(noRoom()) : Effect.succeed(letGo)
        }),
        (letGo) => Effect.sync(letGo),
      )
      const session = yield* localSession(chat, {
        session: freshSession(),
        as: caller,
        own: false,
        events: false,
        freshId,
      })
      const entries = session.entries(channel, { after: after === undefined ? undefined : Number(after), history })
      const over = Effect.raceFirst(expired(chat, caller.endsAt), Effect.flatMap(draining, Effect.fail))
      return Stream.merge(entries, Stream.fromEffect(over), { haltStrategy: "left" })
    }),
  )

const expired = (chat: ChatShape, endsAt: number | undefined): Effect.Effect<never, Disconnect> => {
  if (endsAt === undefined) return Effect.never
  return Effect.suspend(() => {
    const left = Math.max(0, endsAt - chat.clock.currentTimeMillisUnsafe())
    const over = new Disconnect({ reason: "TokenRevoked", detail: "The token has expired" })
    return Effect.delay(Effect.fail(over), left)
  })
}

const beginsWith = () =>
  new RequestError({ reason: "InvalidFrame", field: "part", detail: "The first message has start or resume" })

/** What the caller sends, as fast as it is stored; the iterator is that of the call. */
const dataOf = (parts: AsyncIterator<UploadFileRequest>): Stream.Stream<Uint8Array, RequestError> =>
  Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => ({ next: () => parts.next() }) }, lost).pipe(
    Stream.mapEffect(({ part }) =>
      part.case === "data"
        ? Effect.succeed(part.value)
        : Effect.fail(
            new RequestError({ reason: "InvalidFrame", field: "part", detail: "Behind the first come data alone" }),
          ),
    ),
  )

const lost = () => new RequestError({ reason: "Unavailable", detail: "The call was lost" })

export const uploadFile = (
  chat: ChatShape,
  { caller }: Bearer,
  parts: AsyncIterator<UploadFileRequest>,
): Effect.Effect<ServerFrameOf<"Uploaded">, RequestError> =>
  Effect.gen(function* () {
    const first = yield* Effect.tryPromise({ try: () => parts.next(), catch: lost })
    const part = first.done === true ? undefined : first.value.part
    const { channel, file, offset } = yield* begun(chat, caller, part)
    const bytes = dataOf(parts)
    const view = yield* files.appendUpload(chat, caller, { channel, file, offset, bytes })
    if (!view.whole || view.sha256 === undefined) {
      const detail = `${view.received} of ${view.size} bytes are there: go on with resume`
      return yield* new RequestError({ reason: "TransferFailed", detail })
    }
    const { id, mediaType, name, sha256, size } = view
    return { type: "Uploaded", file: id, name, size, media_type: mediaType, sha256 } as const
  })

const begun = Effect.fnUntraced(function* (
  chat: ChatShape,
  caller: Bearer["caller"],
  part: UploadFileRequest["part"] | undefined,
) {
  if (part?.case === "start") {
    const { mediaType, name, sha256, size } = part.value
    const asked = { channel: part.value.channel, name, size: Number(size), media_type: mediaType, sha256 }
    const { channel, ...file } = yield* requestOf("StartUpload", asked)
    const { id } = yield* files.startUpload(chat, caller, {
      channel,
      name: file.name,
      size: file.size,
      mediaType: file.media_type,
      sha256: file.sha256,
    })
    return { channel, file: id, offset: 0 }
  }
  if (part?.case === "resume") {
    const { channel, file, offset } = part.value
    const asked = yield* requestOf("ResumeUpload", { channel, file })
    return { channel: asked.channel, file: asked.file, offset: Number(offset) }
  }
  return yield* beginsWith()
})

type Part = MessageShape<typeof DownloadFileResponseSchema>["part"]

export const downloadFile = (
  chat: ChatShape,
  { caller }: Bearer,
  request: { readonly channel: string; readonly file: string; readonly offset?: bigint | undefined },
  opened: (frame: ServerFrameOf<"Opened">) => Part,
): Stream.Stream<Part, RequestError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const {
        channel,
        file,
        offset = 0,
      } = yield* requestOf("Download", {
        channel: request.channel as ChannelName,
        file: request.file,
        offset: request.offset === undefined ? undefined : Number(request.offset),
      })
      const found = yield* files.openFile(chat, caller, { channel, file })
      const { id, mediaType, name, sha256, size } = found
      if (offset > size) return yield* new RequestError({ reason: "RangeNotSatisfiable", field: "offset" })
      const frame = {
        type: "Opened",
        file: id,
        name,
        size,
        media_type: mediaType,
        sha256,
        offset,
        window: size,
      } as const
      const bytes = offset === size ? Stream.empty : found.read({ from: offset, to: size })
      return Stream.concat(
        Stream.succeed(opened(frame)),
        Stream.map(bytes, (data): Part => ({ case: "data", value: data as Uint8Array<ArrayBuffer> })),
      )
    }),
  )
