// Version 2 at its best: what a member gets in a turn of the event loop, answers and messages, leaves in one write.
import { whole } from "./Bare.ts"
import type { Deliver } from "./Sessions.ts"

export const deliver: Deliver = ({ answers, frames, members }) => {
  const bytes = whole(frames)
  for (const member of members.keys()) {
    const own = answers.get(member)
    if (own === undefined) member.write(bytes)
    else {
      own.push(bytes)
      member.write(Buffer.concat(own))
    }
  }
  // Who has left meanwhile is answered all the same.
  for (const [speaker, own] of answers) if (!members.has(speaker)) speaker.write(whole(own))
}
