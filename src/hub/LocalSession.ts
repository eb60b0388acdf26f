/** A session inside the program that embeds the hub: the same frames as over the wire, no connection. */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
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
import type { SessionId } from "../domain/SessionId.ts"
import type { Status } from "../domain/Status.ts"
import { Topic } from "../domain/Topic.ts"
import type { User } from "../domain/User.ts"
import { Disconnect } from "../protocol/Disconnect.ts"
import * as Encoding from "../protocol/Encoding.ts"
import { Deframer } from "../protocol/Framing.ts"
import { fromFrame, RequestError } from "../protocol/RequestError.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Hub } from "./Hub.ts"
import type { HubSettings } from "./HubSettings.ts"
import { Memberships } from "./Memberships.ts"
import { Outbox } from "./Outbox.ts"

export interface LocalSession {
  readonly user: User
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
  readonly setTopic: (channel: string, topic: string) => Effect.Effect<void, RequestError>
  readonly setStatus: (status: Status, text?: string) => Effect.Effect<void, RequestError>
  readonly typing: (channel: string) => Effect.Effect<void, RequestError>
  /**
   * What happens in the channels: `Message`, `Presence`, `TopicChanged`, `UserTyping`. One consumer.
   * Whoever consumes too slowly is disconnected like any slow session; the stream ends by that.
   */
  readonly events: Stream.Stream<ServerFrame, Disconnect>
}

/** Events that wait for the consumer, before they wait in the outbox. */
const eventsAhead = 256

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

  const end = (disconnect: Disconnect) => {
    outbox.close()
    Queue.failCauseUnsafe(events, Cause.fail(disconnect))
    for (const reply of waiting.values()) {
      Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason: "Unavailable", detail: disconnect.message })))
    }
    waiting.clear()
  }
  const client = Encoding.client2("json")
  const deframer = new Deframer(Number.MAX_SAFE_INTEGER)
  // Taken from the outbox while the consumer was not ready; at most one turn's frames.
  let overdue: ReadonlyArray<ServerFrame> = []

  /** Answers whoever waits for it, or hands it to the consumer. False when the consumer is not ready. */
  const deliver = (frame: ServerFrame): boolean => {
    const reply = "ref" in frame && frame.ref !== undefined ? waiting.get(frame.ref) : undefined
    if (reply === undefined) return Queue.offerUnsafe(events, frame)
    Deferred.doneUnsafe(reply, frame.type === "Error" ? Exit.fail(fromFrame(frame)) : Exit.succeed(frame))
    return true
  }
  const send = (batch: ReadonlyArray<Uint8Array>): boolean => {
    const bodies: Array<Uint8Array> = []
    for (const bytes of batch) deframer.push(bytes, bodies)
    // The hub wrote these frames itself: they decode.
    overdue = bodies.map((body) => Result.getOrThrow(client.decode(body))).filter((frame) => !deliver(frame))
    return overdue.length === 0
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

  yield* Effect.acquireRelease(hub.signIn({ session, user, exclusive: false, end }), () =>
    Effect.andThen(memberships.leaveAll, hub.signOut(session)),
  )

  yield* outbox.full.pipe(
    Effect.andThen(Effect.suspend(() => Effect.forEach(overdue, (frame) => Queue.offer(events, frame)))),
    Effect.andThen(Effect.sync(() => outbox.resume())),
    // full waits by itself
    Effect.forever({ disableYield: true }),
    Effect.ignore,
    Effect.forkScoped,
  )

  const request = <F extends ServerFrame>(send: (ref: number) => Effect.Effect<void, RequestError>) =>
    Effect.suspend(() => {
      const ref = ++lastRef
      const reply = Deferred.makeUnsafe<ServerFrame, RequestError>()
      waiting.set(ref, reply)
      return send(ref).pipe(
        Effect.tap(() => Effect.sync(() => outbox.flush())),
        Effect.andThen(Deferred.await(reply) as Effect.Effect<F, RequestError>),
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
        return yield* request<ServerFrameOf<"Published">>((ref) =>
          memberships.publish(name, { ref, id: messageId, content }),
        )
      }),
    setTopic: (channel, topic) =>
      Effect.flatMap(Effect.all([decodeChannel(channel), decodeTopic(topic)]), ([name, decoded]) =>
        memberships.setTopic(name, decoded),
      ),
    setStatus: (status, text) => hub.setAppearance(user.id, { status, text }),
    typing: (channel) => Effect.flatMap(decodeChannel(channel), (name) => memberships.typing(name)),
    events: Stream.fromQueue(events),
  }
})
