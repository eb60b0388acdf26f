/** Who is connected to the other nodes, as these have told: by node, and by name. */
import * as NameKey from "../../domain/NameKey.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { User, UserId } from "../../domain/User.ts"

/** A user at a node. */
export interface UserAt {
  readonly user: User
  readonly sessions: number
  /** Whether one of them can be brought into a direct conversation. */
  readonly direct: boolean
  /** Whether one of them is to be the only one. */
  readonly exclusive: boolean
  /** Whether one of them is inside the program: then the name is nobody else's. */
  readonly embedded: boolean
}

type Users = ReadonlyMap<UserId, UserAt>

const nobody: Users = new Map()

export class UsersElsewhere {
  /** Bounded by the connections that each node admits. */
  private readonly online = new Map<NodeId, Map<UserId, UserAt>>()
  /** The same users by what their names look like. */
  private readonly byName = new Map<string, Map<UserId, User>>()

  of(node: NodeId): Users {
    return this.online.get(node) ?? nobody
  }

  /** Where a user is. */
  at(user: UserId): ReadonlyArray<readonly [NodeId, UserAt]> {
    const found: Array<readonly [NodeId, UserAt]> = []
    for (const [node, users] of this.online) {
      const there = users.get(user)
      if (there !== undefined) found.push([node, there])
    }
    return found
  }

  named(name: string): User | undefined {
    for (const user of this.byName.get(NameKey.key(name))?.values() ?? []) {
      if (NameKey.isSame(user.name, name)) return user
    }
    return undefined
  }

  /** Whether somebody else than this user has this name. */
  hasNamesake({ id, name }: User): boolean {
    const namesakes = this.byName.get(NameKey.key(name))
    return namesakes !== undefined && (namesakes.size > 1 || !namesakes.has(id))
  }

  /** Sessions at a node. */
  sessions(node: NodeId): number {
    let count = 0
    for (const { sessions } of this.of(node).values()) count += sessions
    return count
  }

  add(node: NodeId, there: UserAt): void {
    const { user } = there
    let users = this.online.get(node)
    if (users === undefined) this.online.set(node, (users = new Map()))
    users.set(user.id, there)
    const key = NameKey.key(user.name)
    const namesakes = this.byName.get(key)
    if (namesakes === undefined) this.byName.set(key, new Map([[user.id, user]]))
    else namesakes.set(user.id, user)
  }

  remove(node: NodeId, id: UserId): void {
    const users = this.online.get(node)
    const gone = users?.get(id)
    if (gone === undefined) return
    users?.delete(id)
    this.forgetName(gone.user)
  }

  /** Nobody is at that node any more. */
  clear(node: NodeId): void {
    const gone = this.of(node)
    this.online.delete(node)
    for (const { user } of gone.values()) this.forgetName(user)
  }

  /** Unless the user is at another node, too. */
  private forgetName({ id, name }: User): void {
    if (this.at(id).length > 0) return
    const key = NameKey.key(name)
    const namesakes = this.byName.get(key)
    namesakes?.delete(id)
    if (namesakes?.size === 0) this.byName.delete(key)
  }
}
