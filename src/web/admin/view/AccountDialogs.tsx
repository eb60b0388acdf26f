/** What is asked where an account is made, or gets another password. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import type { Account } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { name } from "./format.ts"

const PasswordField = ({ onInput, value }: { readonly value: string; readonly onInput: (text: string) => void }) => {
  const ids = { input: useId(), hint: useId() }
  const words = w.value.accounts
  return (
    <div class="field">
      <label for={ids.input}>{words.password}</label>
      <input
        id={ids.input}
        class="input"
        type="password"
        autocomplete="new-password"
        maxLength={1024}
        required
        value={value}
        aria-describedby={ids.hint}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <span class="hint" id={ids.hint}>
        {words.passwordHint}
      </span>
    </div>
  )
}

export const NewPassword = ({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) => {
  const { operator } = useInside()
  const words = w.value.accounts
  const password = useSignal("")
  const act = async () => {
    const path = `/users/${encodeURIComponent(account.name)}/password`
    await operator.ask(path, { method: "PUT", body: { password: password.value } })
    operator.notice.value = words.passwordSet(name(account.name))
  }
  return (
    <Confirm
      title={words.passwordFor(name(account.name))}
      text={words.passwordNote}
      does={words.newPassword}
      act={act}
      onClose={onClose}
    >
      <PasswordField value={password.value} onInput={(text) => (password.value = text)} />
    </Confirm>
  )
}

interface AddProps {
  readonly onClose: () => void
  readonly onAdded: () => Promise<void>
}

export const AddAccount = ({ onAdded, onClose }: AddProps) => {
  const { operator } = useInside()
  const words = w.value.accounts
  const username = useSignal("")
  const password = useSignal("")
  const isAdmin = useSignal(false)
  const ids = { name: useId(), role: useId() }
  const act = async () => {
    const role = isAdmin.value ? "admin" : "member"
    const body = { username: username.value.trim(), password: password.value, role }
    await operator.ask("/users", { method: "POST", body })
    operator.notice.value = words.added(name(body.username))
    await onAdded()
  }
  return (
    <Confirm title={words.add} does={words.add} act={act} onClose={onClose}>
      <div class="field">
        <label for={ids.name}>{words.name}</label>
        <input
          id={ids.name}
          class="input"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          required
          value={username.value}
          onInput={(event) => (username.value = event.currentTarget.value)}
        />
      </div>
      <PasswordField value={password.value} onInput={(text) => (password.value = text)} />
      <label class="check" for={ids.role}>
        <input
          id={ids.role}
          type="checkbox"
          checked={isAdmin.value}
          onChange={(event) => (isAdmin.value = event.currentTarget.checked)}
        />
        {words.roles.admin}
      </label>
    </Confirm>
  )
}
