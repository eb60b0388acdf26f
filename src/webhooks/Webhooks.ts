/** Webhooks at work. Undefined where the service has none: what is stored is then nobody's affair here. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import type * as Scope from "effect/Scope"
import { ChannelStore } from "../channels/ChannelStore.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { History } from "../history/History.ts"
import { alone, Peers } from "../peers/Peers.ts"
import { SharedBuckets } from "../peers/SharedBuckets.ts"
import type { HistoryError } from "../history/HistoryError.ts"
import * as Counters from "./Counters.ts"
import * as Sender from "./internal/Sender.ts"
import { eventOf } from "./internal/replay.ts"
import { changesElsewhere } from "./internal/changesElsewhere.ts"
import { isOutgoing, type Known, Registry } from "./internal/Registry.ts"
import { Worker, type WorkerContext } from "./internal/Worker.ts"
import { Outbound } from "./outbound/Outbound.ts"
import type { OutgoingWebhook, Webhook, WebhookId } from "./Webhook.ts"
import { WebhookSettings } from "./WebhookSettings.ts"
import { WebhookStore } from "./WebhookStore.ts"
import { WebhookStoreError } from "./WebhookStoreError.ts"
import type { WebhookStoreShape } from "./WebhookStoreShape.ts"
import type { WebhooksShape } from "./WebhooksShape.ts"

/** How long until a store that could not be read when the service started is asked again. */
const loadAgain = Schedule.spaced(Duration.seconds(5))

const unread = new WebhookStoreError({ operation: "load", trouble: "away" })

const make = Effect.fnUntraced(function* (
  store: WebhookStoreShape,
): Effect.fn.Return<WebhooksShape, never, History | ChannelStore | Outbound | Scope.Scope> {
  const settings = yield* WebhookSettings
  const history = yield* History
  const channels = yield* ChannelStore
  const outbound = yield* Outbound
  const clock = yield* Clock.Clock
  const counters = Counters.none()
  const sender = Sender.make(outbound, settings.concurrency)
  const registry = new Registry()
  const peers = yield* Peers
  const buckets = new SharedBuckets({
    peers,
    name: "webhooks",
    find: (key) => registry.named(key)?.bucket,
    now: () => Monotonic.millis(clock),
  })
  const fibers = yield* FiberMap.make<WebhookId>()
  const fork = yield* FiberMap.runtime(fibers)()
  /** What there is changes one step after the other. */
  const changing = Semaphore.makeUnsafe(1)
  let loaded = false

  const nameOf = (channel: ChannelId): Effect.Effect<ChannelName | undefined, WebhookStoreError> =>
    channels.get(channel).pipe(
      Effect.map((found) => Option.getOrUndefined(found)?.name),
      Effect.mapError(
        ({ cause, trouble }) => new WebhookStoreError({ operation: "find the channel of a webhook", trouble, cause }),
      ),
    )

  const context: WorkerContext = {
    history,
    store,
    sender,
    counters,
    maxBehind: settings.maxBehind,
    nameOf: ({ channel }) => nameOf(channel),
    runsHere: peers.runsHere,
    movedOn: ({ id }) => peers.tell({ type: "WebhookMoved", id }),
    disable: (webhook, disabled) =>
      Effect.logWarning("a webhook is disabled: it takes nothing").pipe(
        Effect.annotateLogs({ webhook: webhook.id, reason: disabled }),
        Effect.andThen(replace(webhook, (webhook) => ({ ...webhook, disabled }))),
        Effect.asVoid,
      ),
    orphaned: ({ channel }) => forget(channel),
  }

  const known = (webhook: Webhook): Known => ({
    webhook,
    worker: isOutgoing(webhook) ? new Worker(webhook, context, peers === alone) : undefined,
    bucket:
      webhook.kind === "incoming"
        ? buckets.make(settings.incoming, Monotonic.millis(clock), webhook.id, "messages")
        : undefined,
  })

  const start = ({ webhook, worker }: Known, wakes: (worker: Worker) => boolean = (worker) => worker.wake()): void => {
    if (worker === undefined || webhook.disabled !== undefined || !wakes(worker)) return
    // Whoever wakes it is about to tell a channel's members something, and does not wait for this.
    fork(webhook.id, Effect.andThen(Effect.yieldNow, worker.run))
  }

  const tellChanged = (ids: ReadonlyArray<WebhookId>): void => peers.tell({ type: "WebhooksChanged", ids })

  /** Stores what becomes of a webhook. Its fiber, if it has one, is the caller's to end. */
  const replace = <W extends Webhook>(webhook: W, to: (webhook: W) => W) =>
    changing.withPermit(
      Effect.suspend(() => {
        const before = registry.get(webhook.id)
        if (before === undefined) return Effect.undefined
        const after = to(before.webhook as W)
        return Effect.map(store.put(after), () => {
          tellChanged([webhook.id])
          const { worker } = before
          const next = known(
            worker === undefined || !isOutgoing(after)
              ? after
              : { ...after, position: worker.position, forgotten: worker.forgotten },
          )
          if (worker !== undefined && next.worker !== undefined) {
            next.worker.recent = worker.recent
            next.worker.mine = worker.mine
          }
          registry.set(next)
          return after
        })
      }),
    )

  const forget = (channel: ChannelId): Effect.Effect<void, WebhookStoreError> =>
    changing.withPermit(
      Effect.suspend(() => {
        const ids = registry.of(channel).map(({ webhook }) => webhook.id)
        return ids.length === 0
          ? Effect.void
          : Effect.map(store.remove(ids), () => {
              for (const id of ids) registry.delete(id)
              tellChanged(ids)
            })
      }),
    )

  const load = Effect.map(store.all, (webhooks) => {
    for (const webhook of webhooks) registry.set(known(webhook))
    loaded = true
    for (const one of registry.all) start(one)
  })
  yield* load.pipe(
    Effect.tapError((error) => Effect.logError("webhooks could not be read", error)),
    Effect.retry(loadAgain),
    Effect.forkScoped,
  )

  if (peers !== alone) {
    yield* changesElsewhere({
      peers,
      store,
      registry,
      fibers,
      changing,
      again: loadAgain,
      set: (webhook) => {
        const one = known(webhook)
        const former = registry.get(webhook.id)?.worker
        if (former !== undefined && one.worker !== undefined) one.worker.recent = former.recent
        registry.set(one)
        start(one)
      },
      start,
    })
  }

  const workerOf = (webhook: OutgoingWebhook): Worker | undefined => registry.get(webhook.id)?.worker

  /** An attempt beside what its worker does. */
  const attempt = Effect.fnUntraced(function* (
    webhook: OutgoingWebhook,
    event: Parameters<Sender.Sender>[2] | undefined,
  ) {
    const name = event === undefined ? undefined : yield* nameOf(webhook.channel)
    if (event === undefined || name === undefined) return undefined
    const tried = yield* sender(webhook, name, event)
    workerOf(webhook)?.remember(tried)
    counters[tried.verdict.type === "Taken" ? "delivered" : "failed"]++
    return tried
  })

  return {
    ready: Effect.suspend(() => (loaded ? Effect.void : Effect.fail(unread))),
    get: (id) => registry.get(id)?.webhook,
    of: (channel) => registry.of(channel).map(({ webhook }) => webhook),
    add: (webhook) =>
      changing.withPermit(
        Effect.suspend(() => {
          const full = registry.size >= settings.total || registry.of(webhook.channel).length >= settings.perChannel
          if (full) return Effect.succeed(false)
          return Effect.map(store.put(webhook), () => {
            const one = known(webhook)
            registry.set(one)
            start(one)
            tellChanged([webhook.id])
            return true
          })
        }),
      ),
    change: (webhook, to) =>
      Effect.tap(Effect.andThen(FiberMap.remove(fibers, webhook.id), replace(webhook, to)), () =>
        Effect.sync(() => {
          const now = registry.get(webhook.id)
          if (now !== undefined) start(now)
        }),
      ),
    remove: (id) =>
      changing.withPermit(
        FiberMap.remove(fibers, id).pipe(
          Effect.andThen(store.remove([id])),
          Effect.map(() => {
            registry.delete(id)
            tellChanged([id])
          }),
        ),
      ),
    removeChannel: (channel) =>
      Effect.forEach(registry.of(channel), ({ webhook }) => FiberMap.remove(fibers, webhook.id), {
        discard: true,
      }).pipe(
        Effect.andThen(forget(channel)),
        // What is left finds out by itself that its channel is no more.
        Effect.catch((error) => Effect.logWarning("the webhooks of a channel could not be removed", error)),
      ),
    watches: (channel) => registry.watches(channel),
    stored: (channel, last) => {
      for (const one of registry.of(channel)) start(one, (worker) => worker.wake(last))
    },
    deliveries: (webhook) =>
      Effect.map(store.deadLetters(webhook.id), (dead) => {
        const worker = workerOf(webhook)
        return { recent: worker?.recent ?? [], dead, forgotten: worker?.forgotten ?? 0 }
      }),
    test: (webhook) => Effect.flatMap(Clock.currentTimeMillis, (at) => attempt(webhook, { type: "Test", at })),
    replay: Effect.fnUntraced(function* (webhook, delivery) {
      const letter = (yield* store.deadLetters(webhook.id)).find((letter) => letter.delivery === delivery)
      const event = letter === undefined ? undefined : yield* asStoreError(eventOf(history, webhook, letter))
      const tried = yield* attempt(webhook, event)
      if (tried?.verdict.type === "Taken") yield* store.removeDeadLetter(webhook.id, delivery)
      return tried
    }),
    wrongIn: outbound.wrongIn,
    takeIncoming: ({ id }) => registry.get(id)?.bucket?.take(Monotonic.millis(clock)) ?? 0,
    counters,
    stats: () => {
      const all = [...registry.all]
      const workers = all.flatMap(({ worker }) => worker ?? [])
      const since = workers.flatMap(({ waitingSince }) => waitingSince ?? [])
      return {
        incoming: all.length - workers.length,
        outgoing: workers.length,
        working: workers.filter(({ running }) => running).length,
        lag: since.length === 0 ? 0 : Math.max(0, clock.currentTimeMillisUnsafe() - Math.min(...since)),
      }
    },
  }
})

const asStoreError = <A>(reading: Effect.Effect<A, HistoryError>): Effect.Effect<A, WebhookStoreError> =>
  Effect.mapError(
    reading,
    ({ cause, trouble }) => new WebhookStoreError({ operation: "read what was not delivered", trouble, cause }),
  )

/** A reference: without a layer, or without a `WebhookStore`, there are none. */
export const Webhooks = Context.Reference<WebhooksShape | undefined>("natter/webhooks/Webhooks", {
  defaultValue: () => undefined,
})

/** Webhooks on a store, where there is one. */
export const layer: Layer.Layer<never, never, History | ChannelStore | Outbound> = Layer.effect(
  Webhooks,
  Effect.flatMap(Effect.serviceOption(WebhookStore), Option.match({ onNone: () => Effect.undefined, onSome: make })),
)
