/** One's account: the password, where one is signed in, and whom one does not want to hear. */
import { useEffect, useId, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { Refused } from "../../Api.ts"
import { t } from "../../language.ts"
import { FormField } from "../../ui/FormField.tsx"
import { type Trouble, trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"
import { exactTime } from "../view/format.ts"
import { plain, why } from "../view/plain.ts"

export const Account = () => {
  const { app } = useInside()
  return (
    <div class="stack sections">
      <Password />
      <Sessions />
      <BlockedPeople />
      <section>
        <button class="button" type="button" onClick={() => void app.signOut()}>
          {t.value.sidebar.signOut}
        </button>
      </section>
    </div>
  )
}

const troubleOf = (error: unknown): Trouble =>
  error instanceof Refused ? trouble(error.reason, error.message) : trouble("Internal", String(error))

const Password = () => {
  const { app } = useInside()
  const id = useId()
  const [old, setOld] = useState("")
  const [fresh, setFresh] = useState("")
  const [isBusy, setBusy] = useState(false)
  const [said, setSaid] = useState<Trouble | "done" | undefined>(undefined)
  const words = t.value.settings
  const least = app.welcome.value?.min_password_length
  const submit = async (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setBusy(true)
    setSaid(undefined)
    try {
      await app.api.ask("/me/password", { method: "PUT", body: { old, password: fresh } })
      setOld("")
      setFresh("")
      setSaid("done")
    } catch (error) {
      setSaid(troubleOf(error))
    }
    setBusy(false)
  }
  const wrong = typeof said === "object" ? said : undefined
  return (
    <form class="stack" onSubmit={submit}>
      <h3>{words.password}</h3>
      {/* By it a password manager knows whose password changes. */}
      <input type="text" name="username" autocomplete="username" value={app.env.kept("natter.name")} hidden readOnly />
      <FormField
        label={words.oldPassword}
        isSecret
        autocomplete="current-password"
        maxLength={1024}
        required
        value={old}
        onValue={setOld}
        wrong={wrong?.reason === "InvalidCredentials" ? id : undefined}
      />
      <FormField
        label={words.newPassword}
        {...(least === 1 ? {} : { hint: t.value.door.passwordHint(least ?? 8) })}
        isSecret
        autocomplete="new-password"
        minLength={least}
        maxLength={1024}
        required
        value={fresh}
        onValue={setFresh}
        wrong={wrong?.reason === "InvalidPassword" ? id : undefined}
      />
      <div role="alert">
        {wrong !== undefined && (
          <p class="alarm" id={id}>
            {wrong.reason === "InvalidCredentials" ? words.wrongPassword : why(wrong)}
          </p>
        )}
        {said === "done" && <p>{words.passwordChanged}</p>}
      </div>
      <div>
        <button class="button" type="submit" disabled={isBusy}>
          {words.changePassword}
        </button>
      </div>
    </form>
  )
}

interface SessionInfo {
  readonly id: string
  readonly label: string | null
  readonly created_at: number
  readonly last_used_at: number | null
  readonly current: boolean
}

const Sessions = () => {
  const { app } = useInside()
  const [all, setAll] = useState<ReadonlyArray<SessionInfo> | undefined>(undefined)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.settings
  const load = async () => {
    setWrong(undefined)
    try {
      const { sessions } = await app.api.ask<{ readonly sessions: ReadonlyArray<SessionInfo> }>("/sessions")
      setAll(sessions)
    } catch (error) {
      setWrong(troubleOf(error))
    }
  }
  useEffect(() => void load(), [])
  const end = async (id: string) => {
    try {
      await app.api.ask(`/sessions/${encodeURIComponent(id)}`, { method: "DELETE" })
      await load()
    } catch (error) {
      setWrong(troubleOf(error))
    }
  }
  return (
    <section class="stack">
      <h3>{words.sessions}</h3>
      {all === undefined && wrong === undefined && <div class="skeleton line w60" aria-label={t.value.loading} />}
      <ul class="lines">
        {all?.map(({ created_at, current, id, label, last_used_at }) => {
          const used = exactTime(last_used_at ?? created_at)
          return (
            <li key={id} class="line-row">
              <div class="line-text">
                <strong>{current ? words.thisSession : label === null ? words.session : plain(label)}</strong>
                <span class="soft small">{words.lastUsed(used)}</span>
              </div>
              {!current && (
                <button
                  class="button"
                  type="button"
                  aria-label={`${words.endSession}: ${used}`}
                  onClick={() => void end(id)}
                >
                  {words.endSession}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      <div role="alert">{wrong !== undefined && <p class="alarm">{why(wrong)}</p>}</div>
    </section>
  )
}

const BlockedPeople = () => {
  const { chat } = useInside()
  const [names, setNames] = useState<ReadonlyArray<string> | undefined>(undefined)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.settings
  const load = async () => {
    const answer = await chat.ask((client) => client.blocked)
    if (answer.ok) setNames(answer.value.usernames)
    else setWrong(answer.trouble)
  }
  useEffect(() => void load(), [])
  const unblock = async (name: string) => {
    if ((await chat.tell((client) => client.unblock(name))) !== undefined) await load()
  }
  return (
    <section class="stack">
      <h3>{words.blocked}</h3>
      {names?.length === 0 && <p class="soft">{words.noneBlocked}</p>}
      <ul class="lines">
        {names?.map((name) => (
          <li key={name} class="line-row">
            <bdi class="line-text">{shownName(name)}</bdi>
            <button
              class="button"
              type="button"
              aria-label={`${words.unblock}: ${shownName(name)}`}
              onClick={() => void unblock(name)}
            >
              {words.unblock}
            </button>
          </li>
        ))}
      </ul>
      <div role="alert">{wrong !== undefined && <p class="alarm">{why(wrong)}</p>}</div>
    </section>
  )
}
