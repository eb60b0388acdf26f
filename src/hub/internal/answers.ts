/** What a channel says to one member, as its version of the protocol has it. */
import * as Duration from "effect/Duration"
import type { ChannelName } from "../../domain/ChannelName.ts"
import * as Seq from "../../domain/Seq.ts"
import * as Topic from "../../domain/Topic.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { errorFrame } from "../../protocol/v2/ErrorFrame.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import type { Member } from "../Member.ts"
import type { Presence } from "../Presence.ts"
import type { Access } from "./access.ts"
import * as description from "./description.ts"

/** Where nothing has been removed. */
export const oldest = Seq.next(Seq.zero)

export const unavailable = () => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })

/** `chat` for what has its place among the messages: a member is in from `Joined` to `Left`. */
export const answer = (
  { encoding, outbox }: Member,
  frame: ServerFrame,
  lane: "control" | "chat" = "control",
): void => {
  if (encoding.version === 2) outbox.offer(lane, encoding.encode(frame))
}

export const refuse = ({ encoding, outbox }: Member, error: RequestError, ref: number | undefined): void => {
  const bytes =
    encoding.version === 2
      ? encoding.encode(errorFrame(error, ref))
      : encoding.encode({ type: "Error", code: error.status, message: error.message })
  outbox.offer("control", bytes)
}

/** The channel is no more; nobody asked for it. */
export const ended = ({ encoding, outbox }: Member, channel: ChannelName): void => {
  outbox.offer(
    "chat",
    encoding.version === 2
      ? encoding.encode({ type: "Left", channel })
      : encoding.encode({ type: "Error", code: 503, message: "The channel has ended" }),
  )
  outbox.flush()
}

interface Welcome {
  readonly access: Access
  readonly channel: ChannelName
  /** The oldest entry there is, and the last that was told. */
  readonly first: Seq.Seq
  readonly seq: Seq.Seq
  readonly presence: Presence
}

/** The channel as it stands, for a newcomer who is in it already. */
export const welcome = (
  { encoding, user }: Member,
  ref: number | undefined,
  { access, channel, first, presence, seq }: Welcome,
): Uint8Array => {
  if (encoding.version === 1) return encoding.encode({ type: "UserList", users: [...presence.online()] })
  const { count, members, version } = presence.snapshot()
  return encoding.encode({
    type: "Joined",
    ...(ref === undefined ? {} : { ref }),
    channel,
    topic: access.record?.topic ?? Topic.none,
    seq,
    ...(first === oldest ? {} : { first }),
    ...description.joined(access, user),
    count,
    members,
    presence: version,
  })
}
