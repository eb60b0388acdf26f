// What the load of sessions is told, and what it says: `sessions/main.ts` is the process that does it.

/** Everybody signs in and enters one channel at the same moment. */
export interface StormPlan {
  readonly work: "storm"
  /** Version 2 signs in by token and joins; version 1 logs in, as a guest or by password, and gets the list. */
  readonly by: "token" | "guest" | "password"
  readonly members: number
}

/** Each connection keeps so many `Ping`s under way: for each `Pong` that comes, the next is sent. */
export interface EchoPlan {
  readonly work: "echo"
  readonly connections: number
  readonly inFlight: number
  readonly rampSeconds: number
  readonly seconds: number
}

/** Each of so many connects, signs in by token, joins, leaves, goes, and begins again. */
export interface VisitPlan {
  readonly work: "visit"
  readonly visitors: number
  readonly rampSeconds: number
  readonly seconds: number
}

/** Guests of version 1 connect, sign in, get the list, go, and begin again under another name. */
export interface GuestsPlan {
  readonly work: "guests"
  readonly visitors: number
  /** How many others are present: it is measured with each number, the least first, as `microsAt0` and so on. */
  readonly present: ReadonlyArray<number>
  /** What those others speak: version 2 is told of visits by their number alone, where they are many. */
  readonly presentIn: "version 1" | "version 2"
  /** It is measured once more with the least number, as `microsLater`, after so many visits; not where it is 0. */
  readonly after: number
  readonly rampSeconds: number
  readonly seconds: number
}

/** So many sign in and then only answer the server's pings. */
export interface IdlePlan {
  readonly work: "idle"
  readonly connections: number
  /** From when all are in until it is measured, and for how long the CPU time is. */
  readonly settleSeconds: number
  readonly seconds: number
}

/** So many sign in and stay until this process is ended. */
export interface HoldPlan {
  readonly work: "hold"
  readonly connections: number
  /** They are numbered from it: several processes may hold some. */
  readonly first: number
}

/** Many small channels in which people speak: message k is due at a moment that nothing moves. */
export interface CrowdPlan {
  readonly work: "crowd"
  readonly members: number
  readonly membersPerChannel: number
  /** Messages per second, of all together. */
  readonly rate: number
  readonly rampSeconds: number
  readonly seconds: number
}

/** Members of channels, the first of which each keep so many messages under way. */
export interface TalkPlan {
  readonly work: "talk"
  readonly channels: number
  readonly membersPerChannel: number
  readonly sendersPerChannel: number
  readonly inFlight: number
  readonly rampSeconds: number
  readonly seconds: number
}

export type Work = StormPlan | EchoPlan | VisitPlan | GuestsPlan | IdlePlan | HoldPlan | CrowdPlan | TalkPlan

export type SessionPlan = Work & {
  readonly host: string
  readonly port: number
  /** The process whose CPU time and memory are read. */
  readonly serverPid: number
  /** How frames are laid into the bytes; behind a length where it does not say. */
  readonly framing?: "natter" | "websocket" | undefined
  /** A file with a name and its token in each line. */
  readonly tokens?: string
}

/** Numbers by name; which there are depends on the work. */
export type Figures = Readonly<Record<string, number>>

export type SessionEvent =
  | { readonly type: "Progress"; readonly text: string }
  /** All are in, and stay. */
  | { readonly type: "Held" }
  | { readonly type: "Measured"; readonly figures: Figures }
  | { readonly type: "Failed"; readonly reason: string }
