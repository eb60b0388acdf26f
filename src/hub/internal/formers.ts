import type { SessionId } from "../../domain/SessionId.ts"
import type { Member } from "../Member.ts"

/** How many are remembered. */
const maxFormers = 64

/** Members that were put out: what they asked before they knew is still answered. */
export class Formers {
  private readonly members = new Map<SessionId, Member>()
  /** Those whose hub and session have to be told yet. */
  private departed: Array<Member> = []

  add(member: Member): void {
    this.departed.push(member)
    this.members.set(member.session, member)
    for (const oldest of this.members.keys()) {
      if (this.members.size <= maxFormers) break
      this.members.delete(oldest)
    }
  }

  get(session: SessionId): Member | undefined {
    return this.members.get(session)
  }

  forget(session: SessionId): void {
    this.members.delete(session)
  }

  /** Those added since the last time. */
  take(): ReadonlyArray<Member> {
    return this.departed.splice(0)
  }
}
