/** What the service answers that this page asks (docs/HTTP.md), as far as it is shown. */

export interface User {
  readonly id: string
  readonly name: string
  readonly role: "admin" | "member" | "guest"
}

export interface Service {
  readonly version: string
  readonly node: string
  readonly storage: "memory" | "postgres" | "sqlite"
  readonly started_at: number
  readonly ready: boolean
  readonly draining: boolean
  readonly users: number
  readonly sessions: number
  readonly channels: number
}

/** One series of a metric: a number, or how values are spread. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value?: number
  readonly bounds?: ReadonlyArray<number>
  readonly counts?: ReadonlyArray<number>
  readonly sum?: number
}

export interface Metrics {
  readonly at: number
  readonly metrics: ReadonlyArray<Series>
}

export interface Connection {
  readonly id: string
  /** Where the service is several nodes. */
  readonly node?: string
  readonly user: User
  readonly address?: string
  readonly transport: string
  readonly protocol?: { readonly version: number; readonly codec: string; readonly compressed: boolean }
  readonly since?: number
  readonly heard_at?: number
  readonly channels: number
  readonly waiting: { readonly bytes: number; readonly frames: number }
}

export interface Channel {
  readonly channel: string
  readonly topic: string
  readonly access: "public" | "private" | "readonly"
  readonly archived: boolean
  readonly count: number
  readonly seq: number
}

export interface Account extends User {
  readonly role: "admin" | "member"
  readonly disabled: boolean
  readonly created_at: number
}

export interface Key {
  readonly id: string
  readonly label: string | null
  readonly scope?: { readonly operations?: ReadonlyArray<string>; readonly channels?: ReadonlyArray<string> }
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
}

export interface Invitation {
  readonly id: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly used_at: number | null
}

export interface Webhook {
  readonly id: string
  readonly kind: "incoming" | "outgoing"
  readonly created_at: number
  readonly by: string
  readonly disabled?: "asked" | "gone" | "failing"
  readonly name?: string
  readonly url?: string
  readonly events?: ReadonlyArray<string>
}

export interface Attempt {
  readonly took: number
  readonly status?: number
  readonly outcome: string
  readonly error?: string
}

export interface Ban {
  readonly address: string
  readonly by: string
  readonly created_at: number
  /** Null for ever. */
  readonly until: number | null
  readonly reason?: string
}

export interface AuditEntry {
  readonly number: number
  readonly timestamp: number
  readonly by: string
  readonly action: string
  readonly username?: string
  readonly detail?: string
}
