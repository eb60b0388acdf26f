/** What the operations work with, and what they share. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { Accounts } from "../accounts/Accounts.ts"
import { ChannelStore } from "../channels/ChannelStore.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { User } from "../domain/User.ts"
import { History } from "../history/History.ts"
import { Files } from "../files/Files.ts"
import { FileSettings } from "../files/FileSettings.ts"
import type { FilesShape } from "../files/FilesShape.ts"
import { Gateway } from "../hub/audience/Gateway.ts"
import { Directory } from "../hub/directory/Directory.ts"
import { HubSettings } from "../hub/HubSettings.ts"
import { AccountsOfHub } from "./AccountsOfHub.ts"
import { Around } from "./service/Around.ts"
import { Cursors } from "./internal/Cursors.ts"
import { RecentPages } from "./internal/RecentPages.ts"
import { alone, Peers, type PeersShape } from "../peers/Peers.ts"
import { Seals } from "../peers/Seals.ts"
import { People, type PeopleShape } from "./People.ts"
import { Webhooks } from "../webhooks/Webhooks.ts"
import type { WebhooksShape } from "../webhooks/WebhooksShape.ts"
import { type CallerLimits, RateLimits } from "./RateLimits.ts"
import { freshTransferId } from "./transfers/freshTransferId.ts"
import { Transfers } from "./transfers/Transfers.ts"
import { TransferSettings } from "./transfers/TransferSettings.ts"

export interface ChatShape {
  readonly directory: Directory["Service"]
  readonly gateway: Gateway["Service"]
  readonly history: History["Service"]
  readonly channels: ChannelStore["Service"]
  readonly people: PeopleShape
  /** Undefined where there are none. */
  readonly webhooks: WebhooksShape | undefined
  /** Undefined where there are none. */
  readonly files: FilesShape | undefined
  /** Files that go from session to session. */
  readonly transfers: Transfers
  /** Undefined in a hub without accounts. */
  readonly accounts: Accounts["Service"] | undefined
  readonly settings: HubSettings
  readonly clock: Clock.Clock
  /** For what callers carry from node to node. */
  readonly seals: Seals
  /** Where pages ended, as their callers carry it. */
  readonly cursors: Cursors
  readonly pages: RecentPages
  /** They read much: however many ask for them, what is said waits for one of each at most. */
  readonly searching: Semaphore.Semaphore
  readonly counting: Semaphore.Semaphore
  /** Done when somebody who may has told the service to end: the program around it hears that. */
  readonly ending: Deferred.Deferred<void>
  /** The other nodes, where there are any. */
  readonly peers: PeersShape
  /** What is known of the service around the hub, where there is one. */
  readonly around: Around
  /** What a user may still do, who comes from an address where that is known. Undefined: no limit. */
  readonly limitsOf: (user: User, address?: string) => CallerLimits | undefined
}

export class Chat extends Context.Service<Chat, ChatShape>()("natter/chat/Chat") {
  /** The hub's core: whatever is built on the same layer shares it. */
  static readonly layer: Layer.Layer<Chat, never, History | ChannelStore> = Layer.effect(
    Chat,
    Effect.gen(function* () {
      const settings = yield* HubSettings
      const clock = yield* Clock.Clock
      const peers = yield* Peers
      const ending = yield* Deferred.make<void>()
      peers.hear("Drain", () => void Deferred.doneUnsafe(ending, Effect.void))
      const now = () => Monotonic.millis(clock)
      const limits = new RateLimits(settings, peers === alone ? undefined : { peers, now })
      const gateway = yield* Gateway
      const seals = new Seals(peers)
      return Chat.of({
        directory: yield* Directory,
        gateway,
        history: yield* History,
        channels: yield* ChannelStore,
        people: yield* People,
        webhooks: yield* Webhooks,
        files: yield* Files,
        transfers: new Transfers({
          settings: yield* TransferSettings,
          files: yield* FileSettings,
          clock,
          later: gateway.later,
          flush: () => gateway.outboxes.flush(),
          isOneOfMany: () => peers.links > 0,
          newId: yield* freshTransferId,
        }),
        accounts: yield* AccountsOfHub,
        settings,
        clock,
        cursors: new Cursors(seals),
        seals,
        pages: new RecentPages(),
        searching: yield* Semaphore.make(1),
        counting: yield* Semaphore.make(1),
        around: new Around(),
        ending,
        peers,
        limitsOf: (user, address) => limits.of(user, address, now()),
      })
    }),
  ).pipe(Layer.provide(Directory.layer.pipe(Layer.provideMerge(Gateway.layer))))
}
