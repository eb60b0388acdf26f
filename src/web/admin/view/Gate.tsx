/** For whoever is not signed in, or does not administer the service. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { t } from "../../language.ts"
import type { User } from "../model/answers.ts"
import type { Operator } from "../model/Operator.ts"
import { w } from "../words.ts"
import { name, why } from "./format.ts"

interface Props {
  readonly operator: Operator
  readonly who: User | undefined
  readonly wasInside: boolean
}

export const Gate = ({ operator, wasInside, who }: Props) => {
  const words = w.value.gate
  const asks = useSignal(who === undefined)
  const username = useSignal("")
  const password = useSignal("")
  const isBusy = useSignal(false)
  const wrong = useSignal<unknown>(undefined)
  const ids = { name: useId(), password: useId(), wrong: useId() }
  const submit = async (event: Event) => {
    event.preventDefault()
    if (isBusy.value) return
    isBusy.value = true
    wrong.value = undefined
    try {
      await operator.signIn(username.value.trim(), password.value)
      // Whoever is no administrator either is told so.
      asks.value = false
    } catch (error) {
      wrong.value = error
    }
    password.value = ""
    isBusy.value = false
  }
  return (
    <main class="gate">
      <div class="gate-sheet stack">
        <div>
          <p class="brand">Natter</p>
          <h1>{words.title}</h1>
          <p class="soft">{words.text}</p>
        </div>
        {wasInside && <p class="alarm">{words.lost}</p>}
        {who !== undefined && (
          <div class="alarm" role="alert">
            <p>{words.notAdministrator(name(who.name))}</p>
            <p>{words.ask}</p>
          </div>
        )}
        {asks.value || who === undefined ? (
          <form class="stack" onSubmit={submit}>
            <div class="field">
              <label for={ids.name}>{t.value.door.name}</label>
              <input
                id={ids.name}
                class="input"
                name="username"
                autocomplete="username"
                autocapitalize="none"
                spellcheck={false}
                maxLength={64}
                required
                autofocus
                value={username.value}
                onInput={(event) => (username.value = event.currentTarget.value)}
              />
            </div>
            <div class="field">
              <label for={ids.password}>{t.value.door.password}</label>
              <input
                id={ids.password}
                class="input"
                type="password"
                name="password"
                autocomplete="current-password"
                maxLength={1024}
                required
                value={password.value}
                aria-describedby={wrong.value === undefined ? undefined : ids.wrong}
                onInput={(event) => (password.value = event.currentTarget.value)}
              />
            </div>
            <div role="alert">
              {wrong.value !== undefined && (
                <p class="alarm" id={ids.wrong}>
                  {why(wrong.value)}
                </p>
              )}
            </div>
            <button class="button primary" type="submit" disabled={isBusy.value}>
              {isBusy.value ? t.value.door.working : t.value.door.signIn}
            </button>
          </form>
        ) : (
          <button class="button primary" type="button" onClick={() => (asks.value = true)}>
            {words.other}
          </button>
        )}
        <a href="/">{w.value.toChat}</a>
      </div>
    </main>
  )
}
