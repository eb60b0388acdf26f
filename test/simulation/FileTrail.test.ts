import { assert, describe, it } from "@effect/vitest"
import { Channels } from "../../scripts/simulate/Channels.ts"
import { Contents } from "../../scripts/simulate/Contents.ts"
import { FileTrail } from "../../scripts/simulate/FileTrail.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { FileId } from "../../src/domain/FileId.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { Seq } from "../../src/domain/Seq.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import { UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import type { FileRecord } from "../../src/files/FileRecord.ts"
import { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"

const id = FileId.make("019b76da-c22a-7797-9b80-fcc7c0e9b01b")
const channelId = ChannelId.make("c1")
const ada = { id: UserId.make("ada"), name: Username.make("ada") }
const sent = { name: "ada-0+1.0", user: "ada", label: "ada&ben", content: 7, size: 10, at: 0 }
const contents = new Contents()
const { bytes, sha256: hash } = contents.of(sent)
const sha256 = Sha256.make(hash)
const record: FileRecord = {
  id,
  user: ada.id,
  channel: channelId,
  name: sent.name,
  size: sent.size,
  mediaType: "application/octet-stream",
  sha256: undefined,
  received: 0,
  whole: false,
  posted: false,
  createdAt: 0,
  expiresAt: 1000,
}

/** A file that ada has begun to send to ben; `kept` is what the disk says whenever it is asked. */
const begun = ({ kept = true } = {}) => {
  const broken: Array<string> = []
  const time = new VirtualTime(0)
  const channels = new Channels()
  const channel = channels.direct(channelId, sent.label, 0)
  const trail = new FileTrail({
    time,
    channels,
    contents,
    fail: (promise) => void broken.push(promise),
    someone: (name) => ({ name, isAdmin: false }),
    isKept: () => kept,
  })
  trail.asks(sent)
  trail.wrote({ type: "added", record })
  return { broken, channel, trail }
}

const message = {
  type: "Message",
  seq: Seq.make(1),
  from: ada,
  timestamp: 0,
  id: MessageId.make("m1"),
  content: "",
  file: { id, name: sent.name, size: sent.size, mediaType: record.mediaType, sha256 },
} as const

/** The same, when it is whole and ben can read it. */
const said = () => {
  const world = begun()
  const { channel, trail } = world
  trail.wrote({ type: "changed", id, change: { received: sent.size } })
  trail.wrote({ type: "changed", id, change: { whole: true, sha256 } })
  trail.wrote({ type: "changed", id, change: { posted: true } })
  channel.entries.push(message)
  trail.stored(channel, message)
  return world
}

const takenAway = {
  ...message,
  type: "Deleted",
  seq: Seq.make(2),
  id: MessageId.make("m2"),
  target: Seq.make(1),
} as const

describe("the judge of files", () => {
  it("has nothing to say of a file that is sent, said, read, taken away and gone", () => {
    const { broken, channel, trail } = said()
    trail.acknowledged(id, sent.size)
    trail.read("ben/1", "ben", id, bytes, 0)
    trail.stored(channel, takenAway)
    trail.wrote({ type: "removed", record: { ...record, posted: true }, before: undefined })
    assert.deepStrictEqual(broken, [])
  })

  it("finds that acknowledged bytes are not there any more", () => {
    const { broken, trail } = begun()
    trail.wrote({ type: "changed", id, change: { received: 8 } })
    trail.acknowledged(id, 8)
    trail.acknowledged(id, 7)
    assert.deepStrictEqual(broken, ["what is acknowledged of a file is there"])
    trail.wrote({ type: "changed", id, change: { received: 0 } })
    assert.strictEqual(broken.length, 2)
  })

  it("finds that more is acknowledged than is noted, and more noted than kept", () => {
    const early = begun()
    early.trail.acknowledged(id, 8)
    assert.deepStrictEqual(early.broken, ["what is acknowledged of a file is there"])
    const lost = begun({ kept: false })
    lost.trail.wrote({ type: "changed", id, change: { received: 8 } })
    assert.deepStrictEqual(lost.broken, ["what is noted of a file is there"])
  })

  it("finds that a file goes while a message carries it, or before its time", () => {
    const carried = said()
    carried.trail.wrote({ type: "removed", record: { ...record, posted: true }, before: undefined })
    assert.deepStrictEqual(carried.broken, ["what a message carries is there"])
    const early = begun()
    early.trail.wrote({ type: "removed", record, before: 1 })
    assert.deepStrictEqual(early.broken, ["nothing goes early"])
  })

  it("finds that somebody reads what is not for it, or something else", () => {
    const stranger = said()
    stranger.trail.read("cleo/2", "cleo", id, bytes, 0)
    assert.deepStrictEqual(stranger.broken, ["nobody gets a file that it may not read"])
    const draft = begun()
    draft.trail.gets("ben/1", "ben", id, 0)
    assert.deepStrictEqual(draft.broken, ["nobody gets a file that it may not read"])
    const other = said()
    other.trail.read("ben/1", "ben", id, bytes.slice(1), 0)
    assert.deepStrictEqual(other.broken, ["a file is what was sent"])
  })

  it("knows who could read a file all the time", () => {
    const { channel, trail } = said()
    assert.isTrue(trail.mustBeReadable("ben", sent.label, id, 0))
    trail.stored(channel, takenAway)
    assert.isFalse(trail.mustBeReadable("ben", sent.label, id, 0))
  })
})
