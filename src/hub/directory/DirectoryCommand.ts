/** What is asked of the directory. */
import type { Asks } from "../../actor/Actor.ts"
import type { Appearance } from "../../domain/Appearance.ts"
import type { UserEvent } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Role } from "../../domain/Role.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User, UserId } from "../../domain/User.ts"
import type { ChannelLink } from "../audience/ChannelLink.ts"
import type { Channel } from "../channel/Channel.ts"

/** A session that signs in. */
export interface SessionEntry {
  readonly session: SessionId
  readonly user: User
  /** Which token it signed in with or comes back by, if it has one: when that is revoked, the session ends. */
  readonly tokenId?: string | undefined
  /** Refused with `UsernameTaken` when the user is connected already. */
  readonly exclusive: boolean
  /** Whether it can be brought into a direct conversation: not every protocol has a word for them. */
  readonly direct: boolean
  /** Inside this program: from now on nobody else signs in under its name. */
  readonly embedded: boolean
}

/** How a user wants to appear. */
export interface Wish {
  readonly appearance: Appearance
  /** When it was wished, in milliseconds of the clock that is never set. */
  readonly at: number
}

/** The wish that holds, and the channels that have to be told. */
export interface WishGranted {
  readonly appearance: Appearance
  readonly links: ReadonlyArray<ChannelLink>
}

/** A channel as whoever named it means it. */
export interface ChannelLookup {
  readonly link: ChannelLink
  /** Of a direct conversation, with whom. */
  readonly other: User | undefined
}

/** The same, for a session that is about to enter it, and how its user appears there. */
export interface JoinLookup extends ChannelLookup {
  readonly appearance: Appearance
}

/** A session that is to be brought into a direct conversation, and with whom it is there. */
export interface DirectSession {
  readonly session: SessionId
  readonly other: User
}

/** Which sessions. */
export type Selection =
  | { readonly user: UserId; readonly exceptToken?: string | undefined }
  /** Those in which the user is not what the account is now. */
  | { readonly user: UserId; readonly exceptRole: Role | undefined }
  | { readonly session: SessionId }
  | { readonly token: string }
  | { readonly everybody: true }

/** What is alive: at rest it is back at its baseline. */
export interface HubStats {
  readonly users: number
  readonly sessions: number
  readonly channels: number
  readonly memberships: number
}

/** The same, and commands that wait: for the directory, in all channels together, and in the one that has most. */
export interface HubFigures extends HubStats {
  readonly waiting: { readonly directory: number; readonly channels: number; readonly most: number }
}

type Reply<A, E = RequestError> = Asks<A, E>["reply"]

export type DirectoryCommand =
  | { readonly type: "SignIn"; readonly entry: SessionEntry; readonly reply: Reply<void> }
  | { readonly type: "SignOut"; readonly session: SessionId }
  | { readonly type: "Hold"; readonly session: SessionId; readonly tokenId: string }
  /** A channel for a session that is about to enter it. */
  | {
      readonly type: "Find"
      readonly channel: ChannelName
      readonly session: SessionId
      readonly account: User | undefined
      readonly reply: Reply<JoinLookup>
    }
  /** A channel for a user who does not enter it. There may be no such channel: then that is what it answers. */
  | {
      readonly type: "Open"
      readonly channel: ChannelName
      readonly user: User
      readonly account: User | undefined
      readonly reply: Reply<ChannelLookup>
    }
  | { readonly type: "Reserve"; readonly channel: Channel; readonly name: ChannelName; readonly reply: Reply<void> }
  | {
      readonly type: "Rename"
      readonly channel: Channel
      readonly from: ChannelName
      readonly to: ChannelName
      readonly reply: Reply<void, never>
    }
  | { readonly type: "Tell"; readonly user: UserId; readonly event: UserEvent }
  | {
      readonly type: "Reach"
      readonly user: User
      readonly other: User
      readonly reply: Reply<ReadonlyArray<DirectSession>>
    }
  | {
      readonly type: "Bring"
      readonly channel: ChannelName
      readonly session: SessionId
      readonly reply: Reply<{ readonly link: ChannelLink; readonly appearance: Appearance }>
    }
  | { readonly type: "Left"; readonly link: ChannelLink; readonly session: SessionId }
  | { readonly type: "Idle"; readonly channel: Channel }
  | { readonly type: "Stopped"; readonly channel: Channel }
  /** An older wish than the one that holds, made elsewhere meanwhile, changes nothing. */
  | {
      readonly type: "SetAppearance"
      readonly user: UserId
      readonly wish: Wish
      readonly reply: Reply<WishGranted, never>
    }
  /** The channels a user's sessions are in. */
  | { readonly type: "ChannelsOf"; readonly user: UserId; readonly reply: Reply<ReadonlyArray<ChannelLink>, never> }
  /** How many users are in each of these channels. */
  | {
      readonly type: "Count"
      readonly channels: ReadonlyArray<ChannelName>
      readonly reply: Reply<ReadonlyArray<number>, never>
    }
  | {
      readonly type: "Disconnect"
      readonly selection: Selection
      readonly disconnect: Disconnect
      readonly reply: Reply<number, never>
    }
  | { readonly type: "Stats"; readonly reply: Reply<HubStats, never> }

export type DirectoryCommandOf<Type extends DirectoryCommand["type"]> = Extract<
  DirectoryCommand,
  { readonly type: Type }
>
