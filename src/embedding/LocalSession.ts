/** A session inside the program that embeds the hub: the same frames as over the wire, no connection. */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ChannelName } from "../domain/ChannelName.ts"
import { MessageId } from "../domain/MessageId.ts"
import { maxPage } from "../domain/Limits.ts"
import { Seq } from "../domain/Seq.ts"
import type { SessionId } from "../domain/SessionId.ts"
import { type Status, StatusText } from "../domain/Status.ts"
import { Topic } from "../domain/Topic.ts"
import type { User } from "../domain/User.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Encoding from "../protocol/Encoding.ts"
import { Deframer } from "../protocol/Framing.ts"
import { RequestError } from "../domain/RequestError.ts"
import { fromErrorFrame } from "../protocol/v2/ErrorFrame.ts"
import { Publish } from "../protocol/v2/ClientFrame.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Cursor, Page, PageRange } from "../history/History.ts"
import type { Change } from "./ChannelCommand.ts"
import type { Hub, Invitation } from "./Hub.ts"
import type { HubSettings } from "./HubSettings.ts"
import { type Found, Memberships } from "./Memberships.ts"
import { Outbox } from "./Outbox.ts"

export interface LocalSession {
  readonly user: User
  /** `@name` is the direct conversation with a user who is connected. */
  readonly join: (channel: string) => Effect.Effect<ServerFrameOf<"Joined">, RequestError>
  readonly leave: (channel: string) => Effect.Effect<void, RequestError>
  /**
   * Says something; succeeds when it has its place. With an `id` of your own, publishing it again
   * gives the first result and stores nothing twice.
   */
  readonly publish: (
    channel: string,
    content: string,
    id?: string,
  ) => Effect.Effect<ServerFrameOf<"Published">, RequestError>
  /** Does something to a message that was said, by its place. The `id` is as with `publish`. */
  readonly change: (
    channel: string,
    target: number,
    change: Change,
    id?: string,
  ) => Effect.Effect<ServerFrameOf<"Published">, RequestError>
  /** Notes how far the user has read. */
  readonly read: (channel: string, seq: number) => Effect.Effect<void, RequestError>
  /** A page of a channel's history: the latest entries, where nothing is said of which. */
  readonly history: (channel: string, range?: PageRange) => Effect.Effect<Page, RequestError>
  /** Messages that have all these words, in one of the user's channels or in all of them; the newest first, 20 a page. */
  readonly search: (
    text: string,
    options?: {
      readonly channel?: string | undefined
      readonly limit?: number | undefined
      readonly before?: Cursor | undefined
    },
  ) => Effect.Effect<Found, RequestError>
  readonly setTopic: (channel: string, topic: string) => Effect.Effect<void, RequestError>
  readonly setStatus: (status: Status, text?: string) => Effect.Effect<void, RequestError>
  readonly typing: (channel: string) => Effect.Effect<void, RequestError>
  /**
   * What happens in the channels: `Message`, `Edited`, `Deleted`, `Reacted`, `ReadMarker`, `Presence`,
   * `TopicChanged`, `UserTyping`, `Joined` where
   * somebody else begins to speak to this user alone, and `Left` where a channel has ended. One consumer. Whoever consumes too slowly is disconnected like any
   * slow session: when the outbox overflows, or when nothing was consumed for 10 s although events
   * wait. Then, and whatever else ends the session, the stream fails with the reason, and so does
   * every call.
   */
  readonly events: Stream.Stream<ServerFrame, Disconnect>
}

/** Events that wait for the consumer, before they wait in the outbox. */
const eventsAhead = 256
/** How long the consumer may take nothing when it is behind that far. */
const patience = Duration.seconds(10)

const decode =
  <A>(schema: Schema.Codec<A, string>, field: string) =>
  (text: string): Effect.Effect<A, RequestError> =>
    Effect.mapError(
      Schema.decodeEffect(schema)(text),
      (error) => new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${error.message}` }),
    )
const decodeChannel = decode(ChannelName, "channel")
const decodeId = decode(MessageId, "id")
const decodeTopic = decode(Topic, "topic")
const decodeContent = decode(Publish.fields.content, "content")
const decodeText = decode(StatusText, "text")
const isSeq = Schema.is(Seq)
const decodeSeq = (field: string, seq: number): Effect.Effect<Seq, RequestError> =>
  isSeq(seq)
    ? Effect.succeed(seq)
    : Effect.fail(new RequestError({ reason: "InvalidFrame", field, detail: `${field}: not a place in a channel` }))

export const localSession = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  settings: HubSettings,
  session: SessionId,
  user: User,
): Effect.fn.Return<LocalSession, RequestError, Scope.Scope> {
  const events = yield* Queue.bounded<ServerFrame, Disconnect>(eventsAhead)
  // Bounded by the calls that are waiting for their answers.
  const waiting = new Map<number, Deferred.Deferred<ServerFrame, RequestError>>()
  // Ids must not meet those of an earlier run that history still knows.
  const idPrefix = Math.abs(yield* Random.nextInt).toString(36)
  let lastRef = 0
  let lastId = 0

  const over = Deferred.makeUnsafe<never, RequestError>()
  const end = (disconnect: Disconnect) => {
    outbox.close()
    Queue.failCauseUnsafe(events, Cause.fail(disconnect))
    Deferred.doneUnsafe(over, Exit.fail(new RequestError({ reason: "Unavailable", detail: disconnect.message })))
  }
  const client = Encoding.client2("json")
  const deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  // Taken from the outbox while the consumer was not ready; at most one turn's frames.
  let overdue: ReadonlyArray<ServerFrame> = []

  /** Hands events to the consumer, as many as it is ready for, and answers to whoever waits for them. */
  const send = (batch: ReadonlyArray<Uint8Array>): boolean => {
    const bodies: Array<Uint8Array> = []
    for (const bytes of batch) deframer.push(bytes, bodies)
    // The hub wrote these frames itself: they decode.
    const frames = bodies.map((body) => Result.getOrThrow(client.decode(body)))
    const isAnswer = (frame: ServerFrame) => "ref" in frame && frame.ref !== undefined && waiting.has(frame.ref)
    overdue = frames.filter((frame) => !isAnswer(frame) && !Queue.offerUnsafe(events, frame))
    const room = overdue.length === 0
    // Whoever gets an answer acts at once, inside this call: so they come last.
    for (const frame of frames) {
      const reply = "ref" in frame && frame.ref !== undefined ? waiting.get(frame.ref) : undefined
      if (reply === undefined) continue
      Deferred.doneUnsafe(reply, frame.type === "Error" ? Exit.fail(fromErrorFrame(frame)) : Exit.succeed(frame))
    }
    return room
  }
  const outbox = new Outbox(settings.outbox, {
    send,
    onOverflow: () => end(new Disconnect({ reason: "SlowConsumer" })),
  })
  const memberships = new Memberships(
    hub,
    { session, user, encoding: Encoding.server2("json"), outbox },
    settings.maxMessageLength,
  )

  const leave = Effect.andThen(memberships.leaveAll, hub.signOut(session))
  const enter = (invitation: Invitation) => memberships.enter(invitation)
  const encoding = Encoding.server2("json")
  const tell = (frame: ServerFrame) => {
    outbox.offer("control", encoding.encode(frame))
    outbox.flush()
  }
  yield* Effect.acquireRelease(hub.signIn({ session, user, exclusive: false, end, enter, tell }), () =>
    Effect.andThen(
      Effect.sync(() => end(new Disconnect({ reason: "Goodbye" }))),
      leave,
    ),
  )
  memberships.opened()

  const consumed = (frame: ServerFrame) =>
    Effect.timeoutOrElse(Queue.offer(events, frame), {
      duration: patience,
      orElse: () => Effect.sync(() => end(new Disconnect({ reason: "SlowConsumer" }))),
    })
  yield* outbox.full.pipe(
    Effect.andThen(Effect.suspend(() => Effect.forEach(overdue, consumed, { discard: true }))),
    Effect.andThen(Effect.sync(() => outbox.resume())),
    // full waits by itself
    Effect.forever({ disableYield: true }),
    Effect.raceFirst(Deferred.await(over)),
    Effect.ignore,
    // Whatever ended it, the others see it leave, also if its scope stays open.
    Effect.andThen(leave),
    Effect.forkScoped,
  )

  /** A session that has ended does nothing more. */
  const whileOpen = <A>(call: Effect.Effect<A, RequestError>) => Effect.raceFirst(Deferred.await(over), call)

  const request = <F extends ServerFrame>(send: (ref: number) => Effect.Effect<void, RequestError>) =>
    Effect.suspend(() => {
      const ref = ++lastRef
      const reply = Deferred.makeUnsafe<ServerFrame, RequestError>()
      waiting.set(ref, reply)
      return send(ref).pipe(
        Effect.tap(() => Effect.sync(() => outbox.flush())),
        Effect.andThen(Deferred.await(reply) as Effect.Effect<F, RequestError>),
        whileOpen,
        Effect.ensuring(Effect.sync(() => waiting.delete(ref))),
      )
    })

  return {
    user,
    join: (channel) =>
      Effect.flatMap(decodeChannel(channel), (name) =>
        request<ServerFrameOf<"Joined">>((ref) => memberships.join(name, ref)),
      ),
    leave: (channel) =>
      Effect.flatMap(decodeChannel(channel), (name) => request((ref) => memberships.leave(name, ref))),
    publish: (channel, content, id) =>
      Effect.gen(function* () {
        const name = yield* decodeChannel(channel)
        const messageId = yield* decodeId(id ?? `${idPrefix}-${++lastId}`)
        if (content === "") return yield* new RequestError({ reason: "EmptyMessage", field: "content" })
        const text = yield* decodeContent(content)
        return yield* request<ServerFrameOf<"Published">>((ref) =>
          memberships.publish(name, { ref, id: messageId, content: text }),
        )
      }),
    change: (channel, target, change, id) =>
      Effect.gen(function* () {
        const name = yield* decodeChannel(channel)
        const messageId = yield* decodeId(id ?? `${idPrefix}-${++lastId}`)
        const place = yield* decodeSeq("target", target)
        return yield* request<ServerFrameOf<"Published">>((ref) =>
          memberships.change(name, { ref, id: messageId, target: place, change }),
        )
      }),
    read: (channel, seq) =>
      Effect.flatMap(Effect.all([decodeChannel(channel), decodeSeq("seq", seq)]), ([name, place]) =>
        whileOpen(memberships.read(name, place)),
      ),
    history: (channel, range = { before: Number.MAX_SAFE_INTEGER as Seq, limit: maxPage }) =>
      Effect.flatMap(decodeChannel(channel), (name) => whileOpen(memberships.page(name, range))),
    search: (text, { before, channel, limit = 20 } = {}) =>
      Effect.flatMap(channel === undefined ? Effect.undefined : decodeChannel(channel), (name) =>
        whileOpen(memberships.search({ text, limit, before }, name)),
      ),
    setTopic: (channel, topic) =>
      Effect.flatMap(Effect.all([decodeChannel(channel), decodeTopic(topic)]), ([name, decoded]) =>
        whileOpen(memberships.setTopic(name, decoded)),
      ),
    setStatus: (status, text = "") =>
      Effect.flatMap(decodeText(text), (decoded) => whileOpen(hub.setAppearance(user.id, { status, text: decoded }))),
    typing: (channel) => Effect.flatMap(decodeChannel(channel), (name) => whileOpen(memberships.typing(name))),
    events: Stream.fromQueue(events),
  }
})
