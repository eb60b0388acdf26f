/** What a token's scope names, and how people write it. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as accountOperations from "../../src/chat/account/operations.ts"
import * as fileOperations from "../../src/chat/files/operations.ts"
import * as chatOperations from "../../src/chat/operations.ts"
import * as serviceOperations from "../../src/chat/service/operations.ts"
import * as webhookOperations from "../../src/chat/webhooks/operations.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import {
  covers,
  hasChannel,
  hasOperation,
  maxChannels,
  operationNames,
  operationsOf,
  type OperationName,
  Scope,
  wordsOf,
} from "../../src/domain/Scope.ts"

const all = { ...chatOperations, ...fileOperations, ...webhookOperations, ...accountOperations, ...serviceOperations }
const name = (name: string) => ChannelName.make(name)
const operations = Object.values(all).flatMap((operation) => ("operation" in operation ? operation : []))

describe("the names of operations", () => {
  it("are those by which they are exported", () => {
    const exported = Object.entries(all).flatMap(([name, operation]) => ("operation" in operation ? name : []))
    assert.deepStrictEqual(
      operations.map(({ operation }) => operation as string),
      exported,
    )
  })

  it("are all there are, each once", () => {
    assert.deepStrictEqual(operations.map(({ operation }) => operation).toSorted(), [...operationNames].toSorted())
  })
})

describe("words", () => {
  it("stand for what counts alike", () => {
    const kinds = (word: "read" | "write" | "manage") =>
      new Set(operationsOf([word]).map((name) => operations.find(({ operation }) => operation === name)?.kind))
    assert.deepStrictEqual([...kinds("read")].toSorted(), ["reading", "searches", "visits"])
    // How far somebody has read is told to others.
    assert.deepStrictEqual([...kinds("write")].toSorted(), ["publishing", "reading", "status", "typing", "visits"])
    assert.deepStrictEqual([...kinds("manage")], ["administration"])
    for (const { kind, operation } of operations) {
      if (operation in serviceOperations || operation in accountOperations) continue
      if (operation in webhookOperations) {
        assert.include(operationsOf(["webhooks"]), operation)
        continue
      }
      if (operation in fileOperations) {
        assert.include(operationsOf([operation === "openFile" ? "read" : "write"]), operation)
        continue
      }
      const word = { administration: "manage", reading: "read", searches: "read", visits: "read" }[kind as string]
      // Who may only read becomes no member either.
      const changes = operation === "markRead" || operation === "acceptInvite"
      const expected = changes ? "write" : (word ?? "write")
      assert.include(operationsOf([expected as "read"]), operation)
    }
  })

  it("are written for as many operations as they stand for, and no fewer", () => {
    assert.deepStrictEqual(operationsOf(["publish", "write", "publish"]).length, operationsOf(["write"]).length)
    assert.deepStrictEqual(wordsOf(operationsOf(["publish", "read"])), ["read", "publish"])
    const some = operationsOf(["read"]).slice(1)
    assert.deepStrictEqual(wordsOf(some), some)
    assert.deepStrictEqual(wordsOf(operationNames), ["read", "write", "manage", "webhooks", "account", "service"])
  })
})

describe("a scope", () => {
  it("has all operations where it names none; but where it names channels, none of accounts", () => {
    for (const operation of operationNames) assert.isTrue(hasOperation({}, operation))
    const channels = [name("den")]
    const has = operationNames.filter((operation) => hasOperation({ channels }, operation))
    assert.deepStrictEqual(has, operationsOf(["read", "write", "manage", "webhooks"]))
    assert.isTrue(hasOperation({ channels, operations: ["me"] }, "me"))
    assert.isFalse(hasOperation({ operations: ["me"] }, "publish"))
    for (const word of ["read", "write", "manage"] as const) {
      for (const about of operationsOf(["account", "service"])) {
        assert.isFalse(hasOperation({ operations: operationsOf([word]) }, about))
      }
    }
  })

  it("has channels as they are spelled, and conversations however the other's name is", () => {
    const scope = { channels: [name("den"), name("@Bob")] }
    assert.isTrue(hasChannel({}, name("attic")))
    assert.isTrue(hasChannel(scope, name("den")))
    assert.isFalse(hasChannel(scope, name("Den")))
    assert.isTrue(hasChannel(scope, name("@bob")))
    assert.isFalse(hasChannel(scope, name("bob")))
    assert.isFalse(hasChannel({ channels: [] }, name("den")))
  })

  it("covers another that allows nothing more", () => {
    const den = { channels: [name("den")] }
    const publish = { operations: ["publish"] as ReadonlyArray<OperationName> }
    const rows: ReadonlyArray<readonly [Scope | undefined, Scope | undefined, boolean]> = [
      [undefined, undefined, true],
      [undefined, publish, true],
      [publish, undefined, false],
      [publish, publish, true],
      [publish, { ...publish, ...den }, true],
      [den, publish, false],
      [den, { channels: [name("den"), name("attic")] }, false],
      [{ channels: [name("den"), name("attic")] }, den, true],
      [publish, { operations: ["publish", "page"] }, false],
      [{ operations: operationsOf(["read"]) }, { operations: ["page"] }, true],
      [den, { ...den, operations: ["me"] }, false],
      [{}, {}, true],
      [den, { operations: [], ...den }, true],
    ]
    for (const [one, other, expected] of rows) {
      assert.strictEqual(covers(one, other), expected, JSON.stringify([one, other]))
    }
  })

  it("is not without end", () => {
    const is = Schema.is(Scope)
    const channels = Array.from({ length: maxChannels }, (_, n) => name(`c${n}`))
    assert.isTrue(is({ channels }))
    assert.isFalse(is({ channels: [...channels, name("x")] }))
    assert.isFalse(is({ operations: ["fly"] }))
  })
})
