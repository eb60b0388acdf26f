/** What other nodes have to do with webhooks: they change them, and channels move from one to the other. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type * as Semaphore from "effect/Semaphore"
import type { PeersShape } from "../../peers/Peers.ts"
import type { Webhook, WebhookId } from "../Webhook.ts"
import type { WebhookStoreError } from "../WebhookStoreError.ts"
import type { WebhookStoreShape } from "../WebhookStoreShape.ts"
import { isSame, type Known, type Registry } from "./Registry.ts"

/** How often it is looked whether some node has the channels of webhooks. */
const betweenWakes = "5 seconds"

interface Options {
  readonly peers: PeersShape
  readonly store: WebhookStoreShape
  readonly registry: Registry
  /** Those that deliver. */
  readonly fibers: FiberMap.FiberMap<WebhookId>
  readonly changing: Semaphore.Semaphore
  /** When a store is asked again that was away. */
  readonly again: Schedule.Schedule<unknown>
  /** Knows a webhook, and begins to deliver by it. */
  readonly set: (webhook: Webhook) => void
  /** Delivers by a webhook, where its channel runs here. */
  readonly start: (known: Known) => void
}

export const changesElsewhere = Effect.fnUntraced(function* ({
  again,
  changing,
  fibers,
  peers,
  registry,
  set,
  start,
  store,
}: Options): Effect.fn.Return<void, never, Scope.Scope> {
  const run = yield* FiberSet.makeRuntime()

  /** Everything as it is kept. */
  const refresh: Effect.Effect<void, WebhookStoreError> = changing.withPermit(
    Effect.gen(function* () {
      const kept = yield* store.all
      const ids = new Set(kept.map(({ id }) => id))
      for (const { webhook } of registry.all) {
        if (ids.has(webhook.id)) continue
        yield* FiberMap.remove(fibers, webhook.id)
        registry.delete(webhook.id)
      }
      for (const webhook of kept) {
        const known = registry.get(webhook.id)
        if (known !== undefined && isSame(known.webhook, webhook)) continue
        yield* FiberMap.remove(fibers, webhook.id)
        set(webhook)
      }
    }),
  )
  let refreshes = false
  const refreshSoon = (): void => {
    if (refreshes) return
    refreshes = true
    peers.later(() => {
      refreshes = false
      run(Effect.ignore(Effect.retry(refresh, again)))
    })
  }
  peers.hear("WebhooksChanged", refreshSoon)
  // Of what was changed before there was a link nobody has told.
  peers.whenLinked(refreshSoon)

  peers.hear("WebhookMoved", ({ id }) => {
    const known = registry.named(id)
    if (known !== undefined) start(known)
  })

  let looks = false
  peers.whenAcquired(() => {
    if (looks) return
    looks = true
    peers.later(() => {
      looks = false
      for (const known of registry.all) {
        const { worker } = known
        if (worker === undefined || worker.running) continue
        worker.mine = false
        if (worker.channel === undefined || peers.runsHere(worker.channel)) start(known)
      }
    })
  })

  // What is not delivered yet where a node has gone is another's once somebody asks for the channel.
  yield* Effect.sync(() => {
    for (const { webhook, worker } of registry.all) {
      if (worker?.channel === undefined || webhook.disabled !== undefined) continue
      if (!peers.runsHere(worker.channel)) peers.wake(worker.channel)
    }
  }).pipe(Effect.repeat(Schedule.spaced(betweenWakes)), Effect.forkScoped)

  /** Those that deliver what is another node's from now on. */
  const leaving = Effect.suspend(() => {
    const left = [...registry.all].flatMap(({ webhook, worker }) => {
      if (worker?.running !== true || worker.channel === undefined || peers.runsHere(worker.channel)) return []
      worker.shake()
      return Option.match(FiberMap.getUnsafe(fibers, webhook.id), { onNone: () => [], onSome: (fiber) => [fiber] })
    })
    return Effect.forEach(left, Fiber.await, { concurrency: "unbounded", discard: true })
  })
  peers.whenReleased(leaving)
})
