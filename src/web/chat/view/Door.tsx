/** Where one comes in: with a name alone, with an account, or by making one. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { Refused } from "../../Api.ts"
import { t } from "../../language.ts"
import type { App } from "../App.ts"
import { trouble, type Trouble } from "../session/Trouble.ts"
import { shownName } from "../../../domain/PlainName.ts"
import { why } from "./plain.ts"

type Way = "guest" | "signIn" | "register"

/** Where somebody is asked for something more. */
const takeFocus = (field: HTMLInputElement | null): void => field?.focus()

const fieldsOf: Readonly<Record<string, "username" | "password" | "again" | "invite">> = {
  Differs: "again",
  UsernameTaken: "username",
  InvalidUsername: "username",
  InvalidPassword: "password",
  InviteRequired: "invite",
  InviteNotValid: "invite",
}

export const Door = ({ app, because }: { readonly app: App; readonly because: Trouble | undefined }) => {
  const welcome = app.welcome.value
  const route = app.route.value
  const code = route.tag === "Invite" ? route.code : ""
  const mayRegister = welcome?.registration !== "closed"
  const way = useSignal<Way>(code !== "" && mayRegister ? "register" : welcome?.guests === true ? "guest" : "signIn")
  const username = useSignal(app.env.kept("natter.name") ?? "")
  const password = useSignal("")
  /** The password once more; undefined where nobody is asked for that. */
  const again = useSignal<string | undefined>(undefined)
  const invite = useSignal(code)
  const isBusy = useSignal(false)
  const wrong = useSignal<Trouble | undefined>(undefined)
  const wrongField = wrong.value === undefined ? undefined : (fieldsOf[wrong.value.reason] ?? undefined)
  const isGuest = way.value === "guest"
  const registers = way.value === "register"
  const asksAgain = registers || again.value !== undefined
  const ids = { name: useId(), password: useId(), again: useId(), invite: useId(), wrong: useId() }
  const words = t.value.door

  /**
   * The service says nothing of which names there are. So whoever signs in by one that may be new is asked for the password again
   * before anybody is registered; another password is tried instead.
   */
  const mayBeNew = (error: unknown): boolean =>
    error instanceof Refused &&
    error.reason === "InvalidCredentials" &&
    way.value === "signIn" &&
    welcome?.registration === "open"
  const meansAnother = (): void => {
    if (!registers && asksAgain) again.value = wrong.value = undefined
  }

  /** Whoever asks by a name and a password is not told which of them is wrong. Whoever registers means neither. */
  const said = (wrong: Trouble): string => {
    if (wrong.reason === "Differs") return words.differ
    if (wrong.reason === "MayBeNew") return words.isNew(shownName(username.value.trim()))
    return wrong.reason !== "InvalidCredentials" || !asksAgain
      ? why(wrong)
      : invite.value === ""
        ? words.taken
        : words.notInvited
  }

  const submit = async (event: Event) => {
    event.preventDefault()
    if (isBusy.value) return
    wrong.value = undefined
    if (asksAgain && again.value !== password.value) {
      wrong.value = trouble("Differs")
      return
    }
    isBusy.value = true
    try {
      await app.signIn({
        username: username.value.trim(),
        ...(isGuest ? { password: "" } : { password: password.value, register: asksAgain }),
        ...(registers && invite.value !== "" ? { invite: invite.value.trim() } : {}),
      })
      app.env.keep("natter.name", username.value.trim())
    } catch (error) {
      const isNew = !asksAgain && mayBeNew(error)
      if (isNew) again.value = ""
      wrong.value = isNew
        ? trouble("MayBeNew")
        : error instanceof Refused
          ? trouble(error.reason, error.message)
          : trouble("Internal", String(error))
    }
    isBusy.value = false
  }
  const turn = (to: Way) => () => {
    way.value = to
    again.value = wrong.value = undefined
  }

  return (
    <main class="door">
      <form class="door-sheet stack" onSubmit={submit}>
        <div>
          <p class="brand">{welcome?.name ?? "Natter"}</p>
          <h1>{words.title}</h1>
        </div>
        {because !== undefined && because.reason !== "Goodbye" && <p class="alarm">{words.out(why(because))}</p>}
        {code !== "" && registers && <p>{words.invited}</p>}
        <div class="field">
          <label for={ids.name}>{words.name}</label>
          <input
            id={ids.name}
            class="input"
            name="username"
            autocomplete={isGuest ? "nickname" : "username"}
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
            required
            autofocus
            value={username.value}
            aria-invalid={wrongField === "username"}
            aria-describedby={wrongField === "username" ? ids.wrong : undefined}
            onInput={(event) => {
              username.value = event.currentTarget.value
              meansAnother()
            }}
          />
          {isGuest && <span class="hint">{words.guestNote}</span>}
        </div>
        {!isGuest && (
          <div class="field">
            <label for={ids.password}>{words.password}</label>
            <input
              id={ids.password}
              class="input"
              type="password"
              name="password"
              autocomplete={registers ? "new-password" : "current-password"}
              minLength={registers ? welcome?.min_password_length : undefined}
              maxLength={1024}
              required
              value={password.value}
              aria-invalid={wrongField === "password"}
              aria-describedby={wrongField === "password" ? ids.wrong : undefined}
              onInput={(event) => {
                password.value = event.currentTarget.value
                meansAnother()
              }}
            />
            {registers && welcome !== undefined && welcome.min_password_length > 1 && (
              <span class="hint">{words.passwordHint(welcome.min_password_length)}</span>
            )}
          </div>
        )}
        {asksAgain && (
          <div class="field">
            <label for={ids.again}>{words.again}</label>
            <input
              {...(registers ? {} : { ref: takeFocus })}
              id={ids.again}
              class="input"
              type="password"
              name="again"
              autocomplete="new-password"
              maxLength={1024}
              required={registers}
              value={again.value ?? ""}
              aria-invalid={wrongField === "again"}
              aria-describedby={wrongField === "again" ? ids.wrong : undefined}
              onInput={(event) => (again.value = event.currentTarget.value)}
            />
          </div>
        )}
        {registers && (welcome?.registration === "invite" || code !== "") && (
          <div class="field">
            <label for={ids.invite}>{words.invite}</label>
            <input
              id={ids.invite}
              class="input"
              name="invite"
              autocomplete="off"
              spellcheck={false}
              required
              value={invite.value}
              aria-invalid={wrongField === "invite"}
              aria-describedby={wrongField === "invite" ? ids.wrong : undefined}
              onInput={(event) => (invite.value = event.currentTarget.value)}
            />
          </div>
        )}
        <div role="alert">
          {wrong.value !== undefined && (
            <p class="alarm" id={ids.wrong}>
              {said(wrong.value)}
            </p>
          )}
        </div>
        <button class="button primary" type="submit" disabled={isBusy.value}>
          {isBusy.value ? words.working : isGuest ? words.asGuest : asksAgain ? words.register : words.signIn}
        </button>
        <div class="door-ways">
          {way.value !== "signIn" && (
            <button class="plain link" type="button" onClick={turn("signIn")}>
              {words.toSignIn}
            </button>
          )}
          {!registers && mayRegister && (
            <button class="plain link" type="button" onClick={turn("register")}>
              {words.toRegister}
            </button>
          )}
          {!isGuest && welcome?.guests === true && (
            <button class="plain link" type="button" onClick={turn("guest")}>
              {words.toGuest}
            </button>
          )}
        </div>
        {welcome?.registration === "closed" && <p class="soft small">{words.closed}</p>}
      </form>
    </main>
  )
}
