/** The examples of docs/PROTOCOL.md. Each frame is encoded and decoded here, so one that is not of the protocol throws. */
import * as Result from "effect/Result"
import * as Limits from "../../src/domain/Limits.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { headerBytes } from "../../src/protocol/Framing.ts"
import type { Wire } from "../../src/protocol/Wire.ts"

type Line = readonly [from: "→" | "←", frame: object, note?: string]
type Side = Wire<1 | 2, unknown, unknown>

/** What one side writes, after the other has read it. */
const sent = (from: Side, to: Side, frame: object): string => {
  const body = from.encode(frame).subarray(headerBytes)
  Result.getOrThrow(to.decode(body))
  return new TextDecoder().decode(body)
}

const conversation = (client: Side, server: Side, lines: ReadonlyArray<Line>): string =>
  lines
    .map(([from, frame, note]) => {
      const text = from === "→" ? sent(client, server, frame) : sent(server, client, frame)
      return `${note === undefined ? "" : `# ${note}\n`}${from} ${text}`
    })
    .join("\n")

/** A `Ping` of version 1, byte by byte. */
export const pingInBytes = (): string => {
  const bytes = Array.from(Encoding.client1.encode({ type: "Ping" }), (byte) => byte.toString(16).padStart(2, "0"))
  return `${bytes.slice(0, headerBytes).join(" ")}  ${bytes.slice(headerBytes).join(" ")}\n15           {"type":"Ping"}`
}

/** The chapter's client meets Natter. */
export const version1 = (): string =>
  conversation(Encoding.client1 as Side, Encoding.server1 as Side, [
    ["→", { type: "Login", username: "alice", password: "correct horse" }],
    ["←", { type: "LoginResponse", success: true, message: "Login successful", token: "nat_4Yk3vT0uQ9" }],
    ["←", { type: "UserList", users: ["alice", "bob"] }],
    ["→", { type: "ChatMessage", from: "", content: "hello", timestamp: 0 }],
    ["←", { type: "ChatMessage", from: "alice", content: "hello", timestamp: 1_700_000_000 }],
    ["←", { type: "UserJoined", username: "carol" }],
    ["→", { type: "Ping" }],
    ["←", { type: "Pong" }],
  ])

export const version2 = (): string => {
  const negotiation = conversation(Encoding.client1 as Side, Encoding.server1 as Side, [
    [
      "→",
      {
        type: "Connect",
        client_id: "natter-0.1",
        version: "2.0",
        min_version: "1.0",
        codecs: ["json"],
        capabilities: ["typing", "status"],
      },
      "which version, in JSON whatever comes out",
    ],
    [
      "←",
      {
        type: "Connect",
        client_id: "natter-0.1",
        version: "2.0",
        codec: "json",
        compression: null,
        capabilities: ["typing", "status"],
        max_frame_bytes: Limits.maxFrameBytes,
        ping_after: 25_000,
        pong_within: 10_000,
      },
    ],
  ])
  const rest = conversation(Encoding.client2("json") as Side, Encoding.server2("json") as Side, [
    ["→", { type: "Login", ref: 1, username: "alice", password: "correct horse" }, "from here on as agreed"],
    [
      "←",
      {
        type: "LoggedIn",
        ref: 1,
        user_id: "0193552e-7c9b-7b3a-9d4e-5f6a7b8c9d0e",
        username: "alice",
        role: "member",
        session: "s1",
        token: "nat_4Yk3vT0uQ9",
      },
    ],
    ["→", { type: "Join", ref: 2, channel: "lobby" }],
    [
      "←",
      {
        type: "Joined",
        ref: 2,
        channel: "lobby",
        topic: "",
        seq: 41,
        count: 2,
        members: [
          { username: "alice", status: "online" },
          { username: "bob", status: "online" },
        ],
        presence: 7,
      },
    ],
    [
      "→",
      { type: "Publish", ref: 3, channel: "lobby", id: "01JD9Z3N8Q", content: "hello" },
      "the acknowledgement and the message itself may come in either order",
    ],
    [
      "←",
      {
        type: "Message",
        channel: "lobby",
        seq: 42,
        id: "01JD9Z3N8Q",
        from: "alice",
        content: "hello",
        timestamp: 1_700_000_000_123,
      },
    ],
    [
      "←",
      {
        type: "Published",
        ref: 3,
        channel: "lobby",
        id: "01JD9Z3N8Q",
        seq: 42,
        timestamp: 1_700_000_000_123,
        durability: "disk",
      },
    ],
    ["→", { type: "SetTopic", ref: 4, channel: "rust", topic: "Fearless" }, "a request that fails names its ref"],
    [
      "←",
      {
        type: "Error",
        ref: 4,
        code: 300,
        name: "NotMember",
        message: "Not a member of this channel",
        retryable: false,
      },
    ],
    ["→", { type: "Disconnect" }],
    ["←", { type: "Disconnect", code: 4510, reason: "Goodbye", message: "Goodbye", reconnect: false }],
  ])
  return `${negotiation}\n${rest}`
}
