/** A channel by itself, with a link and an audience as on a node, and members made by hand. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChannelStore } from "../../../src/channels/ChannelStore.ts"
import { errorIn, type Receipt } from "../../../src/chat/Receipt.ts"
import type { Appearance } from "../../../src/domain/Appearance.ts"
import type { Fence } from "../../../src/domain/Fence.ts"
import type { MessageId } from "../../../src/domain/MessageId.ts"
import type { Seq } from "../../../src/domain/Seq.ts"
import type { Topic } from "../../../src/domain/Topic.ts"
import type { User, UserId } from "../../../src/domain/User.ts"
import { History } from "../../../src/history/History.ts"
import type { HistoryError } from "../../../src/history/HistoryError.ts"
import { Stamps } from "../../../src/history/Stamps.ts"
import type { PageRange } from "../../../src/history/HistoryShape.ts"
import { ChannelLink, type Reply } from "../../../src/hub/audience/ChannelLink.ts"
import * as Later from "../../../src/hub/audience/Later.ts"
import { encodedInbox, encodedReceive } from "../../../src/hub/audience/loopback.ts"
import type { Administration } from "../../../src/hub/channel/Administration.ts"
import * as Channel from "../../../src/hub/channel/Channel.ts"
import type { ChannelCommand, ChannelTurn, MessageChange, Requester } from "../../../src/hub/channel/ChannelCommand.ts"
import { defaults, type HubSettings, HubSettings as Settings } from "../../../src/hub/HubSettings.ts"
import * as render from "../../../src/protocol/v2/render.ts"
import { settle } from "../../actor/fibers.ts"
import { id, online } from "../fixture.ts"
import { outboxes, type TestMember } from "../members.ts"
import { type ControlledHistory, controlledHistory, general } from "../stores.ts"

export interface Options {
  readonly history?: ControlledHistory
  readonly settings?: Partial<HubSettings>
  readonly onIdle?: Effect.Effect<void>
  /** Of a direct conversation, whose it is. */
  readonly parties?: ReadonlyArray<UserId>
  readonly fence?: Fence
  readonly isOwner?: Effect.Effect<boolean, HistoryError>
  readonly onFenced?: Effect.Effect<void>
  /** Reached through encode and decode. */
  readonly encoded?: boolean
}

interface Message {
  readonly id?: MessageId
  readonly ref?: number
  readonly content: string
}

interface Change {
  readonly id: MessageId
  readonly ref?: number
  readonly target: Seq
  readonly change: MessageChange
}

/** A channel by itself, without a directory; it ends with the scope. */
export const channel = Effect.fnUntraced(function* (options: Options = {}) {
  const history = options.history ?? controlledHistory()
  const context = yield* Layer.build(history.layer)
  const stored = Context.get(context, History)
  const settings = { ...defaults, ...options.settings }
  const link = new ChannelLink({
    name: general,
    outboxes,
    clock: yield* Clock.Clock,
    later: yield* Later.make,
    coalesce: Duration.toMillis(settings.presence.coalesce),
  })
  const turns: Array<ChannelTurn> = []
  const receive = (turn: ChannelTurn): void => {
    turns.push(turn)
    link.receive(turn)
  }
  const made = yield* Channel.make({
    name: general,
    directory: {
      reserve: () => Effect.void,
      rename: () => Effect.void,
      tell: () => Effect.void,
      isConnected: () => false,
    },
    emit: options.encoded === true ? encodedReceive(receive) : receive,
    after: Effect.void,
    parties: options.parties,
    onIdle: options.onIdle ?? Effect.void,
    fence: options.fence,
    isOwner: options.isOwner,
    onFenced: options.onFenced,
  }).pipe(
    Effect.provideService(Settings, settings),
    Effect.provideService(History, stored),
    Effect.provideService(ChannelStore, Context.get(context, ChannelStore)),
    Effect.provide(Stamps.layer),
  )
  link.connect(options.encoded === true ? encodedInbox(made) : made)

  /** Leaves a request; what becomes of it goes to `reply`. */
  const request = (reply: Reply["settle"], make: (request: number) => ChannelCommand) =>
    Effect.suspend(() => {
      const request = link.expect({ settle: reply })
      return Effect.tapError(link.tell(make(request)), () => Effect.sync(() => link.takeBack(request)))
    })

  /** Leaves a post, and answers as a session does: in version 1 what was stored is answered by itself. */
  const post = (who: TestMember, of: { readonly id?: MessageId; readonly ref?: number }, make: Post) =>
    request((outcome) => {
      const error = errorIn(outcome)
      if (error !== undefined) who.fail(error, of.ref)
      else if (of.id !== undefined) {
        who.tell("control", { v2: render.published(of.ref, general, of.id, outcome as unknown as Receipt) })
      }
    }, make)

  const administer = (by: User, act: Administration) =>
    Effect.asVoid(link.ask<"Done">((request) => ({ type: "Administer", by: { user: by }, request, act })))

  return {
    ...made,
    link,
    history,
    /** All that the channel has handed out. */
    turns,
    /** Enters, as `Memberships` does. */
    join: (who: TestMember, appearance: Appearance, ref?: number) =>
      Effect.suspend(() => {
        const { by, renderer, session } = who
        const { names } = renderer
        return link.ask<"Done">(
          (request) => ({ type: "Join", by, request, session, appearance, called: general, names }),
          who.entering(general, { ref }),
        )
      }),
    /** Leaves, and is told that it has. A session waits for that before it does anything else. */
    leave: ({ session, tell }: TestMember, ref?: number) =>
      request(
        () => tell("chat", { v2: render.left(ref, general) }),
        (request) => ({ type: "Leave", session, request }),
      ),
    /** Leaves as a session does that has ended, or has given up a join: it waits for nothing. */
    drop: ({ session }: TestMember) => link.tell({ type: "Leave", session }),
    publish: (who: TestMember, message: Message) =>
      post(who, message, (request) => {
        const { content, id } = message
        return { type: "Publish", by: who.by, request, id, content }
      }),
    change: (who: TestMember, { change, id, ref, target }: Change) =>
      post(who, ref === undefined ? { id } : { id, ref }, (request) => {
        return { type: "Change", by: who.by, request, id, target, change }
      }),
    typing: ({ by }: TestMember) => link.tellUnsafe({ type: "Typing", by }),
    setAppearance: (user: UserId, appearance: Appearance) => link.tell({ type: "SetAppearance", user, appearance }),
    administer,
    /** Sets a topic as somebody who may do it anywhere. */
    setTopic: (by: User, topic: Topic) => administer({ ...by, role: "admin" }, { type: "SetTopic", topic }),
    describe: (by: Requester) => link.ask<"Described">((request) => ({ type: "Describe", by, request })),
    /** What history has, as far as the members were told. */
    page: (by: Requester, range: PageRange) =>
      Effect.flatMap(
        link.ask<"Location">((request) => ({ type: "Locate", by, request, right: "read" })),
        ({ id, seq }) => stored.page(id, { ...range, upTo: seq }),
      ),
    /** Done when whatever was asked before has been answered. */
    settled: link.ask<"Done">((request) => ({ type: "Settle", request })),
  }
})

type Post = (request: number) => ChannelCommand

export const seqs = (who: TestMember) => who.all("Message").map(({ seq }) => Number(seq))

/** What it was told that others said, in order. */
export const texts = (who: TestMember) => who.all("Message").map(({ content }) => content)

/** A channel over a history a test controls, with members in it. */
export const overHistory = Effect.fnUntraced(function* (...members: ReadonlyArray<TestMember>) {
  const history = controlledHistory()
  const tested = yield* channel({ history, settings: { channelMailbox: 1024 } })
  for (const who of members) yield* tested.join(who, online)
  yield* settle
  let published = 0
  /** Publishes with the text as the id and a running number as the ref. */
  const publish = (who: TestMember, content: string) =>
    tested.publish(who, { id: id(content), ref: ++published, content })
  return { tested, history, publish }
})
