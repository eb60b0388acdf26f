// What the load of sessions is told, and what it says: `sessions/main.ts` is the process that does it.

/** Everybody signs in and enters one channel at the same moment. */
export interface StormPlan {
  readonly work: "storm"
  /** Version 2 signs in by token and joins; version 1 logs in, as a guest or by password, and gets the list. */
  readonly by: "token" | "guest" | "password"
  readonly members: number
}

/** Each connection sends a `Ping`, waits for its `Pong`, and sends the next. */
export interface EchoPlan {
  readonly work: "echo"
  readonly connections: number
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

export type Work = StormPlan | EchoPlan | VisitPlan | IdlePlan | HoldPlan | CrowdPlan

export type SessionPlan = Work & {
  readonly host: string
  readonly port: number
  /** The process whose CPU time and memory are read. */
  readonly serverPid: number
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
