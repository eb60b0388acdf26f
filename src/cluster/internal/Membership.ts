/**
 * Which nodes there are, and which of them are well. That is read from the database, a few times a second and whenever this
 * node has changed it; whoever wants to know goes by what was read last, so that an idle node asks little.
 */
import * as Clock from "effect/Clock"
import type * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import { Runners } from "effect/cluster/Runners"
import type { RunnerStorage } from "effect/cluster/RunnerStorage"
import type * as ShardId from "effect/cluster/ShardId"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import { format } from "../../domain/Address.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Links } from "./Links.ts"

export interface Member {
  /** HOST:PORT */
  readonly address: string
  readonly runner: RunnerAddress.RunnerAddress
  readonly healthy: boolean
}

export interface Membership {
  readonly storage: RunnerStorage["Service"]
  /** As they were read last. */
  readonly members: () => ReadonlyArray<Member>
}

const releasesAtOnce = 2

/** Milliseconds for which what was read is not read again. */
const fresh = 400

export const make = (
  storage: RunnerStorage["Service"],
  onMembers: (members: ReadonlyArray<Member>) => Effect.Effect<void>,
): Effect.Effect<Membership> =>
  Effect.map(Clock.Clock, (clock) => {
    type Runners = Effect.Success<typeof storage.getRunners>
    let last: Runners = []
    let readAt: number | undefined
    let members: ReadonlyArray<Member> = []
    let hasLeft = false
    const getRunners = Effect.suspend(() => {
      // The runtime reads on while it ends, and would find that there is no node.
      if (hasLeft) return Effect.never
      if (readAt !== undefined && Monotonic.millis(clock) - readAt < fresh) return Effect.succeed(last)
      return Effect.tap(storage.getRunners, (runners) => {
        last = runners
        readAt = Monotonic.millis(clock)
        members = runners.map(([{ address }, healthy]) => ({ address: format(address), runner: address, healthy }))
        return onMembers(members)
      })
    })
    // They go over one connection, and each has its time from when it begins: a hundred at once would keep the last of
    // them waiting for longer, and the renewal of the locks as well.
    const inTurn = Semaphore.makeUnsafe(releasesAtOnce).withPermits(1)
    const changes = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.tap(effect, () => Effect.sync(() => (readAt = undefined)))
    return {
      members: () => members,
      storage: {
        ...storage,
        getRunners,
        release: (address, shard) => inTurn(storage.release(address, shard)),
        acquire: (address, shards) => acquireAll(storage, address, [...shards]),
        refresh: (address, shards) => refresh(storage, address, [...shards]),
        releaseAll: (address) => releaseAll(storage, address),
        register: (runner, healthy) => changes(storage.register(runner, healthy)),
        unregister: (address) => {
          hasLeft = true
          return changes(storage.unregister(address))
        },
        setRunnerHealth: (address, healthy) => changes(storage.setRunnerHealth(address, healthy)),
      },
    }
  })

/**
 * Locks that a node has just let go of, or that died with one, may be there in a moment: they are asked for again at once,
 * since the runtime does so after a second.
 */
const acquireAll = (
  storage: RunnerStorage["Service"],
  address: RunnerAddress.RunnerAddress,
  shards: ReadonlyArray<ShardId.ShardId>,
) =>
  Effect.gen(function* () {
    const acquired = yield* storage.acquire(address, shards)
    for (let again = 0; again < acquireAgain && acquired.length < shards.length; again++) {
      yield* Effect.sleep(acquireEvery)
      const got = new Set(acquired.map(nameOf))
      const missing = shards.filter((shard) => !got.has(nameOf(shard)))
      // What is held already is kept, whatever becomes of the rest.
      const more = yield* Effect.option(storage.acquire(address, missing))
      if (Option.isNone(more)) break
      acquired.push(...more.value)
    }
    return acquired
  })
const nameOf = ({ group, id }: ShardId.ShardId): string => `${group}:${id}`
const acquireAgain = 10
const acquireEvery = "40 millis"

/**
 * Without locks it asks whether the database is there again, which the runtime does every 3 s. What was to be stored waits for
 * that, so it goes on asking meanwhile.
 */
const refresh = (
  storage: RunnerStorage["Service"],
  address: RunnerAddress.RunnerAddress,
  shards: ReadonlyArray<ShardId.ShardId>,
) => {
  const once = storage.refresh(address, shards)
  return shards.length > 0 ? once : Effect.retry(once, { schedule: Schedule.spaced(askEvery) })
}
const askEvery = "100 millis"

/**
 * Its connection may have failed to come back while the database was away, and the next is made only when somebody has given
 * up waiting for that: so the first who waits gives up soon.
 */
const releaseAll = (storage: RunnerStorage["Service"], address: RunnerAddress.RunnerAddress) =>
  storage.releaseAll(address).pipe(
    Effect.timeout(firstPatience),
    Effect.catch(() => storage.releaseAll(address)),
  )
const firstPatience = "250 millis"

/** A node to which there is a link is well; another is asked. */
const isWell = (runners: Runners["Service"], links: Links, address: RunnerAddress.RunnerAddress) =>
  links.reach(format(address))
    ? Effect.succeed(true)
    : runners
        .ping(address)
        .pipe(
          Effect.timeout("1 second"),
          Effect.retry({ times: 2, schedule: Schedule.spaced("30 millis") }),
          Effect.isSuccess,
        )

/** By this the runtime finds out that a node is well again, or not. */
export const healthLayer = (links: Links) =>
  Layer.effect(
    RunnerHealth.RunnerHealth,
    Effect.map(Runners, (runners) => ({ isAlive: (address) => isWell(runners, links, address) })),
  )

/** Between two looks, where no link is lost: that is looked into at once. */
const watchEvery = "300 millis"

/**
 * Looks after the others, as each of them does: the runtime's own check is in the care of one node, which may be the one
 * that has ended. What is marked here changes who is to have a partition; who has it still is a matter of locks.
 */
export const watch = (membership: Membership, links: Links, self: string) =>
  Effect.gen(function* () {
    const runners = yield* Runners
    /**
     * Those that it has marked and not reached since: if they are said to be well again, others can reach them, and two that
     * do not reach each other are not to have the partitions go to and fro.
     */
    const marked = new Set<string>()
    const mark = ({ address, runner }: Member) =>
      Effect.flatMap(isWell(runners, links, runner), (well) =>
        well
          ? Effect.void
          : Effect.tap(membership.storage.setRunnerHealth(runner, false), () => Effect.sync(() => marked.add(address))),
      )
    const look = Effect.suspend(() => {
      const others = membership.members().filter(({ address }) => address !== self)
      for (const address of marked) {
        if (links.reach(address) || !others.some((other) => other.address === address)) marked.delete(address)
      }
      const suspects = others.filter(({ address, healthy }) => healthy && !marked.has(address) && !links.reach(address))
      return Effect.forEach(suspects, mark, { concurrency: "unbounded", discard: true })
    })
    yield* Effect.ignore(look).pipe(
      Effect.andThen(Effect.timeoutOption(links.lost, watchEvery)),
      Effect.forever,
      Effect.forkScoped,
    )
  })
