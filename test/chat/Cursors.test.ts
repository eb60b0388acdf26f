import { assert, describe, it } from "@effect/vitest"
import { Cursors } from "../../src/chat/internal/Cursors.ts"
import { ann, bob } from "./scripted.ts"

const cursors = new Cursors()
const place = '[5000,"a channel",7]'
const sealed = cursors.seal("search", ann.id, place)
const bytes = Buffer.from(sealed, "base64url")

describe("where a page ended", () => {
  it("is found again by whom it was sealed for, whatever it is", () => {
    for (const place of ["", "x", "c-1", "\u{1f44d} Ännchen", "x".repeat(1000)]) {
      for (const kind of ["search", "unread"] as const) {
        assert.strictEqual(cursors.open(kind, ann.id, cursors.seal(kind, ann.id, place)), place)
      }
    }
  })

  it("is nobody else's, goes on with nothing else, and ends with the process", () => {
    assert.isUndefined(cursors.open("search", bob.id, sealed))
    assert.isUndefined(cursors.open("unread", ann.id, sealed))
    assert.isUndefined(new Cursors().open("search", ann.id, sealed))
  })

  it("cannot be made up: no byte of it can be changed, none left out, none added", () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      assert.isUndefined(cursors.open("search", ann.id, changed.toString("base64url")), `byte ${at}`)
      assert.isUndefined(cursors.open("search", ann.id, bytes.subarray(0, at).toString("base64url")), `${at} bytes`)
    }
    for (const forged of ["", "nonsense", place, `${sealed}AA`, `AAAA${sealed}`, "A".repeat(80)]) {
      assert.isUndefined(cursors.open("search", ann.id, forged), forged)
    }
  })

  it("has one spelling", () => {
    const standard = bytes.toString("base64")
    for (const spelled of [`${sealed}=`, ` ${sealed}`, `${sealed}\n`, ...(standard === sealed ? [] : [standard])]) {
      assert.isUndefined(cursors.open("search", ann.id, spelled), spelled)
    }
  })

  it("is the same for the same place, and another for another, another user and another list", () => {
    assert.strictEqual(cursors.seal("search", ann.id, place), sealed)
    const others = [
      cursors.seal("search", ann.id, `${place} `),
      cursors.seal("unread", ann.id, place),
      cursors.seal("search", bob.id, place),
      new Cursors().seal("search", ann.id, place),
    ]
    // Under the same key no two texts share what they are mixed with.
    const mixed = [sealed, ...others].map((cursor) => Buffer.from(cursor, "base64url").subarray(0, 12).toString("hex"))
    assert.strictEqual(new Set(mixed).size, 5)
  })

  it("tells nothing of what it holds but its length", () => {
    for (const text of [sealed, bytes.toString("latin1")]) assert.notInclude(text, "channel")
    assert.strictEqual(bytes.length, 12 + 16 + place.length)
  })
})
