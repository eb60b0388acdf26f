/**
 * Leads to channels wherever they run, and from them to wherever their members are: which node owns a partition is asked,
 * the links between nodes carry what is said.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { NodeId } from "../../domain/NodeId.ts"
import type { Attachment } from "../channel/ChannelHost.ts"
import type { NodeMessage, NodeMessageOf } from "./NodeMessage.ts"
import type { NodesShape, Owner } from "./Nodes.ts"
import type { OwnedChannels, Wanted } from "./OwnedChannels.ts"
import type { Partition } from "./Partition.ts"
import type { RemoteRecipient, Router } from "./Router.ts"

/** Before it is asked again who owns a partition: so long a link to the owner is waited for. */
const linkWithin = Duration.millis(200)

interface Link {
  readonly owner: NodeId
  readonly recipient: RemoteRecipient
}

export class ChannelRouter implements Router {
  private readonly nodes: NodesShape
  private readonly owned: OwnedChannels
  /** To channels that run elsewhere, by number. Bounded by the channels that the directory has open. */
  private readonly links = new Map<number, Link>()
  /** Of other nodes, to channels that run here. Bounded by theirs. */
  private readonly attached = new Map<NodeId, Map<number, Attachment>>()
  /** Whom a partition was said to be of. */
  private readonly owners = new Map<Partition, Owner>()
  /** Done when the next link comes up. */
  private linked = Deferred.makeUnsafe<void>()
  private last = 0

  constructor(nodes: NodesShape, owned: OwnedChannels) {
    this.nodes = nodes
    this.owned = owned
  }

  attach(wanted: Omit<Wanted, "epoch">, recipient: RemoteRecipient, again: boolean): Effect.Effect<Attachment> {
    const { partition } = wanted
    const attempt = (wrong: Owner | undefined): Effect.Effect<Attachment> =>
      Effect.flatMap(this.nodes.ownerOf(partition, wrong), (owner) => {
        this.owners.set(partition, owner)
        const attachment = this.attachAt(owner, { ...wanted, epoch: owner.epoch }, recipient)
        if (attachment !== undefined) return Effect.succeed(attachment)
        const linked = Effect.timeoutOption(Deferred.await(this.linked), linkWithin)
        return Effect.flatMap(linked, () => attempt(owner))
      })
    return Effect.suspend(() => attempt(again ? this.owners.get(partition) : undefined))
  }

  private attachAt({ node }: Owner, wanted: Wanted, recipient: RemoteRecipient): Attachment | undefined {
    if (node === this.nodes.self) return this.owned.attach(wanted, { ...recipient, node })
    const link = ++this.last
    if (!this.nodes.send(node, { type: "Attach", link, ...wanted })) return undefined
    this.links.set(link, { owner: node, recipient })
    return {
      // Where the link has broken that is told by itself.
      command: (command) => void this.nodes.send(node, { type: "Command", link, command }),
      detach: () => {
        if (this.links.delete(link)) this.nodes.send(node, { type: "Detach", link })
      },
      forget: () => void this.links.delete(link),
    }
  }

  /** Another node says something. False where it is of something else. */
  receive(from: NodeId, message: NodeMessage): boolean {
    switch (message.type) {
      case "Attach":
        this.attaches(from, message)
        return true
      case "Command":
        this.attached.get(from)?.get(message.link)?.command(message.command)
        return true
      case "Detach":
        this.attached.get(from)?.get(message.link)?.detach(false)
        this.attached.get(from)?.delete(message.link)
        return true
      case "Turn":
        this.links.get(message.link)?.recipient.receive(message)
        return true
      case "Moved": {
        const link = this.links.get(message.link)
        this.links.delete(message.link)
        link?.recipient.moved()
        return true
      }
      case "NotUnderstood":
        if (message.link === undefined) return false
        this.links.get(message.link)?.recipient.notUnderstood(message.request)
        return true
      default:
        return false
    }
  }

  up(): void {
    Deferred.doneUnsafe(this.linked, Effect.void)
    this.linked = Deferred.makeUnsafe<void>()
  }

  down(node: NodeId): void {
    const gone = this.attached.get(node)
    this.attached.delete(node)
    for (const attachment of gone?.values() ?? []) attachment.detach(true)
    for (const [number, { owner, recipient }] of this.links) {
      if (owner !== node) continue
      this.links.delete(number)
      recipient.broken()
    }
  }

  private attaches(from: NodeId, { link, ...wanted }: NodeMessageOf<"Attach">): void {
    const attachment = this.owned.attach(wanted, {
      node: from,
      replaced: () => void this.attached.get(from)?.delete(link),
      receive: ({ answers, channel, events, waiting }) =>
        void this.nodes.send(from, { type: "Turn", link, channel, events, answers, waiting }),
      moved: () => {
        if (this.attached.get(from)?.delete(link) === true) this.nodes.send(from, { type: "Moved", link })
      },
    })
    if (attachment === undefined) return void this.nodes.send(from, { type: "Moved", link })
    let theirs = this.attached.get(from)
    if (theirs === undefined) this.attached.set(from, (theirs = new Map()))
    theirs.set(link, attachment)
  }
}
