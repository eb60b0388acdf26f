/** Who has a role in a channel, and who is let in. */
import { useState } from "preact/hooks"
import { mayActOn, mayGrant } from "../../../domain/Rights.ts"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { Select } from "../../ui/Select.tsx"
import { Tile } from "../../ui/Tile.tsx"
import type { Part } from "./Part.ts"
import { useActs } from "../over/useActs.ts"
import { useInside } from "../view/context.ts"
import { Wrong } from "./About.tsx"
import { Links } from "./Links.tsx"
import { nameIn, PersonField } from "./PersonField.tsx"

type Role = "owner" | "moderator" | "member"
const ranks: ReadonlyArray<Role> = ["owner", "moderator", "member"]

export const Members = (part: Part) => {
  const { info, reload, rights } = part
  const { chat } = useInside()
  const { act, wrong } = useActs(() => reload())
  const words = t.value.details
  const offered: ReadonlyArray<Role> = ranks.filter((role) => mayGrant(rights.standing, role))
  return (
    <div class="stack sections">
      {rights.may("invite") && <Invite {...part} />}
      {rights.may("invite") && <Links {...part} />}
      <section class="stack">
        <h3>{words.roles}</h3>
        {info.roles.length === 0 && <p class="soft">{words.noRoles}</p>}
        <ul class="lines">
          {info.roles
            .toSorted((one, other) => ranks.indexOf(one.role) - ranks.indexOf(other.role))
            .map(({ role, username }) => {
              const mayChange = rights.may("setRole") && mayActOn(rights.standing, role)
              return (
                <li key={username} class="line-row">
                  <Tile name={username} little />
                  <span class="line-text">
                    <bdi>{shownName(username)}</bdi>
                    {username === chat.me.name && <span class="soft small aside">({t.value.people.you})</span>}
                  </span>
                  {mayChange ? (
                    <Select<Role | "none">
                      label={words.roleOf(shownName(username))}
                      isHidden
                      value={role}
                      onValue={(to) =>
                        void act((client) => client.setRole(info.channel, username, to === "none" ? undefined : to))
                      }
                      choices={[
                        ...offered.map((value) => ({ value, label: words.role[value] })),
                        { value: "none", label: words.noRole },
                      ]}
                    />
                  ) : (
                    <span class="soft">{words.role[role]}</span>
                  )}
                </li>
              )
            })}
        </ul>
        <Wrong of={wrong} />
        {info.more === true && <p class="soft small">{words.more}</p>}
      </section>
    </div>
  )
}

const Invite = ({ info, reload, rights }: Part) => {
  const { act, isBusy, wrong } = useActs(() => reload())
  const [name, setName] = useState("")
  const [role, setRole] = useState<Role>("member")
  const [said, setSaid] = useState("")
  const words = t.value.details
  const offered = ranks.filter((role) => mayGrant(rights.standing, role))
  const submit = async (event: Event) => {
    event.preventDefault()
    setSaid("")
    const whom = nameIn(name)
    // Who is invited is told so; other roles are given in silence.
    const done = await act((client) =>
      role === "member" ? client.invite(info.channel, whom) : client.setRole(info.channel, whom, role),
    )
    if (done === undefined) return
    setName("")
    setSaid(words.invited(shownName(whom)))
  }
  return (
    <form class="stack" onSubmit={submit}>
      <h3>{words.invite}</h3>
      <div class="row ends">
        <PersonField label={words.person} value={name} onValue={setName} />
        {offered.length > 1 && (
          <Select
            label={words.as}
            value={role}
            onValue={setRole}
            choices={offered.toReversed().map((value) => ({ value, label: words.role[value] }))}
          />
        )}
        <button class="button primary" type="submit" disabled={isBusy}>
          {words.inviteIt}
        </button>
      </div>
      <p role="status" class="soft">
        {said}
      </p>
      <Wrong of={wrong} />
    </form>
  )
}
