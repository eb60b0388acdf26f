/** One thing that somebody does, or that befalls a machine or the service, and its moment. */
import type { ChannelSettings } from "../../src/client/Requests.ts"
import type { Cut } from "../../src/testing/simulation/SimulatedNodes.ts"
import type { ChannelAccess, ChannelRole } from "../../src/domain/ChannelRole.ts"

/** What a person does with files. Those of version 1 offer them in the lobby, those of version 2 send them and say them. */
export type FileAction =
  | {
      readonly type: "send"
      readonly channel: string
      /** Which bytes it has, and how many: the same number and size are the same bytes. */
      readonly content: number
      readonly size: number
      /** Whether its hash is announced. */
      readonly announced: boolean
      /** Whether a message says it once it is there. */
      readonly said: boolean
      /** It stops after so many milliseconds, or cancels it, even if it is there by then. */
      readonly quits?: { readonly after: number; readonly cancels: boolean } | undefined
    }
  /** Goes on with what it has begun and not brought to an end. */
  | { readonly type: "resume"; readonly channel: string }
  /** Reads one of the last files that it has seen there, so many before the last; or stops in the middle. */
  | { readonly type: "fetch"; readonly channel: string; readonly back: number; readonly quits?: number | undefined }
  /** Asks there for one of the last files of all, as if it had guessed its id. */
  | { readonly type: "spy"; readonly channel: string; readonly back: number }
  /** Says once more one of its own that it has seen there, or deletes the message. */
  | { readonly type: "sayAgain" | "retract"; readonly channel: string; readonly back: number }
  | { readonly type: "offer"; readonly content: number; readonly size: number }

const fileActions = ["send", "resume", "fetch", "spy", "sayAgain", "retract", "offer"] as const

export const isFileAction = (action: Action): action is FileAction => fileActions.some((type) => type === action.type)

/** What a person does. */
export type Action =
  | { readonly type: "open" }
  /** Ends the program properly, or kills it. */
  | { readonly type: "close" }
  | { readonly type: "kill"; readonly machineLives: boolean }
  | { readonly type: "join"; readonly channel: string }
  | { readonly type: "leave"; readonly channel: string }
  | { readonly type: "publish"; readonly channel: string; readonly times: number; readonly length: number }
  /** Changes one of the last messages it has seen, so many before the last; its own, but for a reaction. */
  | { readonly type: "edit" | "delete" | "react"; readonly channel: string; readonly back: number }
  | { readonly type: "read"; readonly channel: string }
  | { readonly type: "typing"; readonly channel: string }
  | { readonly type: "status"; readonly status: "online" | "away" | "busy" }
  /** What takes a right. Whoever has none is refused. */
  | { readonly type: "create"; readonly channel: string; readonly access: ChannelAccess }
  | { readonly type: "configure"; readonly channel: string; readonly settings: ChannelSettings }
  | { readonly type: "topic"; readonly channel: string }
  | { readonly type: "rename"; readonly channel: string; readonly to: string }
  | {
      readonly type: "role"
      readonly channel: string
      readonly user: string
      readonly role: ChannelRole | undefined
    }
  | { readonly type: "invite" | "kick" | "unban" | "unmute"; readonly channel: string; readonly user: string }
  | {
      readonly type: "ban" | "mute"
      readonly channel: string
      readonly user: string
      /** Milliseconds; undefined for ever. */
      readonly duration: number | undefined
    }
  | { readonly type: "audit"; readonly channel: string }
  | FileAction

/** What befalls the way between a machine and the server. */
export type Fault =
  /** Both ends hear that the connection is broken. */
  | { readonly type: "reset" }
  /** Nobody hears anything more over this connection, and nobody is told. */
  | { readonly type: "sever" }
  /** As `sever`, but this end hears that it is broken. */
  | { readonly type: "halfOpen"; readonly heard: "server" | "client" }
  /** One direction is closed as if its sender had nothing more to say. */
  | { readonly type: "halfClose"; readonly direction: "toServer" | "toClient" }
  /** Nothing comes through for a time; then all of it does, or what TCP had given up does not. */
  | { readonly type: "interrupt"; readonly millis: number }
  /** The machine's program reads nothing for a time. */
  | { readonly type: "stall"; readonly millis: number }

/** Somebody sets a clock, by so many milliseconds, forward or back. It excuses nothing. */
export interface ClockSet {
  readonly type: "clock"
  readonly by: number
}

export type Disaster =
  | { readonly type: "crash"; readonly machineLives: boolean; readonly down: number }
  | { readonly type: "restart"; readonly down: number }
  | { readonly type: "disk"; readonly fault: "slow" | "refusing" | "unsure"; readonly millis: number }

/** What befalls the nodes of a service, and the links between them. */
export type NodeFault =
  /** What two say to each other is lost for a time, one way or both. */
  | { readonly type: "cut"; readonly one: number; readonly other: number; readonly way: Cut; readonly millis: number }
  /** The others take its channels, and it does not know. */
  | { readonly type: "isolate"; readonly node: number; readonly millis: number }
  /** A channel, or all that a node has, is handed over to another. */
  | { readonly type: "move"; readonly what: string | number; readonly to: number }
  /** The same at once: the node that has it does not know for so long. */
  | { readonly type: "seize"; readonly what: string | number; readonly to: number; readonly millis: number }

export type Step =
  | { readonly at: number; readonly machine: number; readonly does: Action }
  | { readonly at: number; readonly machine: number; readonly suffers: Fault | ClockSet }
  /** Where the service is several nodes it befalls one of them, or all. */
  | { readonly at: number; readonly server: Disaster | ClockSet; readonly node?: number | undefined }
  | { readonly at: number; readonly nodes: NodeFault }
