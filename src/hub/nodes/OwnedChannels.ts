/** The channels that run on this node, for all nodes: those in the partitions that it owns. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { type ChannelName, lobby } from "../../domain/ChannelName.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { UserId } from "../../domain/User.ts"
import type { Channel } from "../channel/Channel.ts"
import type { ChannelDirectory } from "../channel/ChannelDirectory.ts"
import type { ChannelTurn, Resumed } from "../channel/ChannelCommand.ts"
import { type Attachment, ChannelHost, type Recipient } from "../channel/ChannelHost.ts"
import { type Partition, partitionOf } from "./Partition.ts"

/** What a channel is started with. */
export interface Start {
  readonly name: ChannelName
  readonly partition: Partition
  readonly epoch: number
  readonly parties: ReadonlyArray<UserId>
  readonly directory: ChannelDirectory
  readonly emit: (turn: ChannelTurn) => void
  readonly after: Effect.Effect<void>
  /** Run when nobody is in it any more, and when another node has taken it over: it is to end. */
  readonly onDone: Effect.Effect<void>
}

/** Who wants to be attached, to which channel. */
export interface Wanted {
  readonly channel: ChannelName
  readonly partition: Partition
  readonly epoch: number
  readonly parties: ReadonlyArray<UserId>
  readonly resume: Resumed
}

interface Running {
  /** By which it is found. */
  name: ChannelName
  readonly channel: Channel
  readonly host: ChannelHost
  readonly partition: Partition
  /** It is called something else, and so in another partition, perhaps: it ends here as soon as that is told. */
  renamed: boolean
}

interface Options {
  /** Starts a channel in a scope. Waits for nothing: the channel loads what it needs by itself. */
  readonly start: (start: Start) => Effect.Effect<Channel, never, Scope.Scope>
  readonly scope: Scope.Scope
  readonly run: (effect: Effect.Effect<void>) => void
  readonly tell: ChannelDirectory["tell"]
  readonly isConnected: ChannelDirectory["isConnected"]
  readonly maxChannels: number
}

export class OwnedChannels {
  private readonly options: Options
  /** Which partitions are this node's, and by which claims. */
  private readonly epochs = new Map<Partition, number>()
  /** Bounded by `maxChannels`. */
  private readonly running = new Map<ChannelName, Running>()
  /** Those that are ending: a new one of the same name starts behind. */
  private readonly ending = new Map<ChannelName, Running>()

  constructor(options: Options) {
    this.options = options
  }

  acquired(partition: Partition, epoch: number): void {
    const before = this.epochs.get(partition)
    this.epochs.set(partition, epoch)
    // Those that run by a claim of before store nothing any more.
    if (before !== undefined && before !== epoch) this.options.run(this.endIn(partition))
  }

  owns(partition: Partition): boolean {
    return this.epochs.has(partition)
  }

  /** Lets go of a partition: done when its channels have handled what they accepted. */
  released(partition: Partition): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.epochs.delete(partition)
      return this.endIn(partition)
    })
  }

  private endIn(partition: Partition): Effect.Effect<void> {
    const theirs = [...this.running.values()].filter((running) => running.partition === partition)
    return Effect.forEach(theirs, (running) => Effect.andThen(this.end(running), running.channel.stopped), {
      concurrency: "unbounded",
      discard: true,
    })
  }

  /** Attaches a node to a channel, which is started where it does not run; undefined where it cannot run here. */
  attach({ channel: name, epoch, partition, parties, resume }: Wanted, recipient: Recipient): Attachment | undefined {
    const own = this.epochs.get(partition)
    if (own === undefined || own < epoch || partitionOf(name) !== partition) return undefined
    const running = this.running.get(name)
    if (running !== undefined) return running.host.attach(recipient, resume)
    if (this.running.size >= this.options.maxChannels && name !== lobby) return noRoom(name, recipient, resume)
    return this.start(name, partition, own, parties).host.attach(recipient, resume)
  }

  /** How many users are in a channel that runs here; 0 where it does not. */
  count(name: ChannelName): number {
    return this.running.get(name)?.channel.summary().count ?? 0
  }

  /** What runs here, for whoever operates the service. */
  get figures() {
    let waiting = 0
    let most = 0
    for (const { channel } of this.running.values()) {
      const here = channel.waiting()
      waiting += here
      most = Math.max(most, here)
    }
    const owns = Array.from(this.epochs, ([partition, epoch]) => ({ partition, epoch }))
    return { owns, channels: this.running.size, waiting, most }
  }

  private start(name: ChannelName, partition: Partition, epoch: number, parties: ReadonlyArray<UserId>): Running {
    const { isConnected, run, scope: parent, start, tell } = this.options
    const scope = Scope.forkUnsafe(parent)
    const host = new ChannelHost(() => running.channel, run)
    const onDone = Effect.suspend(() => this.end(running))
    const starting = start({
      name,
      partition,
      epoch,
      parties,
      directory: {
        // Who else wants the name finds it taken where it is kept.
        reserve: () => Effect.void,
        rename: (from, to) => Effect.sync(() => this.renamed(running, from, to)),
        tell,
        isConnected,
      },
      emit: (turn) => {
        host.emit(turn)
        if (running.renamed) run(onDone)
      },
      after: this.ending.get(name)?.channel.stopped ?? Effect.void,
      onDone,
    })
    // Nothing in it waits.
    const channel = Effect.runSync(Scope.provide(starting, scope))
    const running: Running = { name, channel, host, partition, renamed: false }
    this.running.set(name, running)
    const over = Effect.suspend(() => {
      if (this.running.get(running.name) === running) this.running.delete(running.name)
      if (this.ending.get(running.name) === running) this.ending.delete(running.name)
      host.ended()
      return Scope.close(scope, Exit.void)
    })
    run(Effect.ensuring(channel.stopped, over))
    return running
  }

  private renamed(running: Running, from: ChannelName, to: ChannelName): void {
    if (running.name !== from || from === to) return
    this.ends(running)
    running.renamed = true
    running.name = to
    // Should it go on here, it does so behind its end.
    if (!this.running.has(to)) this.ending.set(to, running)
  }

  /** Ends a channel here: it goes on wherever it is looked for next. */
  private end(running: Running): Effect.Effect<void> {
    return Effect.suspend(() => {
      running.host.leaving()
      if (this.ends(running)) this.ending.set(running.name, running)
      return running.channel.close
    })
  }

  /** It is found no more; false where it was not. */
  private ends(running: Running): boolean {
    return this.running.get(running.name) === running && this.running.delete(running.name)
  }
}

/** Nobody is in it here, and nothing is asked of it. */
const nowhere: Attachment = { command: () => {}, detach: () => {} }

const noRoom = (channel: ChannelName, { receive }: Recipient, { request }: Resumed): Attachment => {
  const error = new RequestError({ reason: "TooManyChannels" })
  receive({ channel, events: [], answers: [{ request, outcome: { type: "Refused", error } }], waiting: 0 })
  return nowhere
}
