// Who is present in each channel, as one client was told: the list that begins with `Joined`, and what changes.
import type { ClientEvent, Event } from "../../src/client/Event.ts"

interface Shown {
  readonly users: Set<string>
  version: number
}

export class PresenceView {
  private readonly channels = new Map<string, Shown>()

  take(event: ClientEvent | Event): void {
    if (event.type === "Joined") {
      const users = new Set<string>(event.members.map(({ username }) => username))
      this.channels.set(event.channel, { users, version: event.presence })
    } else if (event.type === "Left") this.channels.delete(event.channel)
    else if (event.type === "Presence") {
      const shown = this.channels.get(event.channel)
      if (shown === undefined || event.version <= shown.version) return
      shown.version = event.version
      if (event.full === true) shown.users.clear()
      for (const name of event.left ?? []) shown.users.delete(name)
      for (const { username } of event.joined ?? []) shown.users.add(username)
    }
  }

  /** Sorted; undefined for a channel that it is not in. */
  of(channel: string): ReadonlyArray<string> | undefined {
    const shown = this.channels.get(channel)
    return shown && [...shown.users].sort()
  }
}
