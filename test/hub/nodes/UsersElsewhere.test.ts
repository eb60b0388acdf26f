/** Who is where, and by which names. */
import { assert, describe, it } from "@effect/vitest"
import { NodeId } from "../../../src/domain/NodeId.ts"
import { type User, UserId } from "../../../src/domain/User.ts"
import { Username } from "../../../src/domain/Username.ts"
import { UsersElsewhere } from "../../../src/hub/nodes/UsersElsewhere.ts"

const [one, two] = [NodeId.make("one"), NodeId.make("two")]
const user = (id: string, name: string): User => ({ id: UserId.make(id), name: Username.make(name), role: "member" })
const at = (of: User, sessions = 1) => ({ user: of, sessions, direct: true, exclusive: false, embedded: false })

const ann = user("1", "ann")
const spoofer = user("2", "аnn")

describe("the users of other nodes", () => {
  it("are found by their names in any letters, and by no other that only looks the same", () => {
    const users = new UsersElsewhere()
    users.add(one, at(ann))
    assert.strictEqual(users.named("ANN"), ann)
    assert.isUndefined(users.named(spoofer.name))
    assert.isTrue(users.hasNamesake(spoofer))
    assert.isFalse(users.hasNamesake(ann))
    assert.isFalse(users.hasNamesake(user("3", "bob")))
    users.add(one, at(spoofer))
    assert.isTrue(users.hasNamesake(ann))
    assert.strictEqual(users.named(spoofer.name), spoofer)
  })

  it("have their names until they are gone from the last node", () => {
    const users = new UsersElsewhere()
    users.add(one, at(ann, 2))
    users.add(two, at(ann))
    assert.deepStrictEqual(
      users.at(ann.id).map(([node]) => node),
      [one, two],
    )
    assert.deepStrictEqual([users.sessions(one), users.sessions(two)], [2, 1])
    users.remove(one, ann.id)
    assert.strictEqual(users.named("ann"), ann)
    users.remove(one, ann.id)
    users.clear(two)
    assert.isUndefined(users.named("ann"))
    assert.isFalse(users.hasNamesake(spoofer))
    assert.deepStrictEqual(users.at(ann.id), [])
    assert.strictEqual(users.sessions(two), 0)
  })

  it("leave the names to those who look the same", () => {
    const users = new UsersElsewhere()
    users.add(one, at(ann))
    users.add(two, at(spoofer))
    users.clear(one)
    assert.isTrue(users.hasNamesake(ann))
    assert.isFalse(users.hasNamesake(spoofer))
  })
})
