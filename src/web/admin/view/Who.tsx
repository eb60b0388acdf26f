import { Tile } from "../../ui/Tile.tsx"
import type { User } from "../model/answers.ts"
import { w } from "../words.ts"
import { name } from "./format.ts"

interface Props {
  readonly user: Pick<User, "name"> & Partial<Pick<User, "role">>
  readonly isMe?: boolean
}

/** Somebody, with what makes them more or less than a member, where that is said. */
export const Who = ({ isMe = false, user }: Props) => (
  <span class="who">
    <Tile little name={user.name} />
    <bdi class="who-name">{name(user.name)}</bdi>
    {isMe && <span class="badge">{w.value.accounts.you}</span>}
    {user.role !== undefined && user.role !== "member" && (
      <span class="badge">{w.value.accounts.roles[user.role]}</span>
    )}
  </span>
)
