/** Who has an account, and what each may do. */
import { useSignal } from "@preact/signals"
import type { Account } from "../model/answers.ts"
import { w } from "../words.ts"
import { AddAccount, NewPassword } from "./AccountDialogs.tsx"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { moment, name } from "./format.ts"
import { query, useListing } from "./listing.ts"
import { Menu } from "./Menu.tsx"
import { type Column, Table } from "./Table.tsx"
import { Who } from "./Who.tsx"

interface Answer {
  readonly users: ReadonlyArray<Account>
  readonly next?: string
}

/** What is about to be done with somebody, after a question. */
interface Change {
  readonly account: Account
  readonly body: { readonly role?: "admin" | "member"; readonly disabled?: boolean }
  readonly title: string
  readonly text: string
  readonly done: string
  readonly isDangerous: boolean
}

export const Accounts = () => {
  const { me, operator } = useInside()
  const words = w.value.accounts
  const change = useSignal<Change | undefined>(undefined)
  const password = useSignal<Account | undefined>(undefined)
  const adds = useSignal(false)
  const listing = useListing(async (after) => {
    const { next, users } = await operator.ask<Answer>(`/users${query({ after })}`)
    return { items: users, next }
  }, [])
  const now = operator.env.now()
  const role = (account: Account): Change => {
    const shown = name(account.name)
    return account.role === "admin"
      ? {
          account,
          body: { role: "member" },
          title: words.makeMember,
          text: words.reallyMember(shown),
          done: words.madeMember(shown),
          isDangerous: true,
        }
      : {
          account,
          body: { role: "admin" },
          title: words.makeAdmin,
          text: words.reallyAdmin(shown),
          done: words.madeAdmin(shown),
          isDangerous: false,
        }
  }
  const keeping = (account: Account): Change => {
    const shown = name(account.name)
    return account.disabled
      ? {
          account,
          body: { disabled: false },
          title: words.letIn,
          text: words.reallyIn(shown),
          done: words.letBackIn(shown),
          isDangerous: false,
        }
      : {
          account,
          body: { disabled: true },
          title: words.keepOut,
          text: words.reallyOut(shown),
          done: words.keptOut(shown),
          isDangerous: true,
        }
  }
  const choices = (account: Account) => [
    { name: role(account).title, choose: () => (change.value = role(account)) },
    // Nobody does that to the own account.
    ...(account.id === me.id
      ? []
      : [{ name: keeping(account).title, choose: () => (change.value = keeping(account)) }]),
    { name: words.newPassword, choose: () => (password.value = account) },
    { name: words.keys, choose: () => operator.open({ view: "keys", about: account.name }) },
  ]
  const columns: ReadonlyArray<Column<Account>> = [
    { name: words.name, value: (account) => <Who user={{ name: account.name }} isMe={account.id === me.id} /> },
    { name: words.role, value: ({ role }) => words.roles[role] },
    {
      name: words.state,
      value: ({ disabled }) => (disabled ? <strong class="behind">{words.out}</strong> : words.in),
    },
    { name: words.since, value: ({ created_at }) => moment(created_at, now) },
    {
      name: w.value.actions,
      isActions: true,
      value: (account) => <Menu label={words.actions(name(account.name))} choices={choices(account)} />,
    },
  ]
  const apply = async ({ account, body, done }: Change) => {
    await operator.ask(`/users/${encodeURIComponent(account.name)}`, { method: "PATCH", body })
    operator.notice.value = done
    await listing.reload()
  }
  return (
    <div class="stack">
      <div class="row">
        <button class="button primary" type="button" onClick={() => (adds.value = true)}>
          {words.add}
        </button>
      </div>
      <Table label={w.value.view.accounts} columns={columns} listing={listing} keyOf={({ id }) => id} />
      {change.value !== undefined && (
        <Confirm
          title={`${change.value.title}: ${name(change.value.account.name)}`}
          text={change.value.text}
          does={change.value.title}
          isDangerous={change.value.isDangerous}
          act={() => apply(change.value!)}
          onClose={() => (change.value = undefined)}
        />
      )}
      {password.value !== undefined && (
        <NewPassword account={password.value} onClose={() => (password.value = undefined)} />
      )}
      {adds.value && <AddAccount onClose={() => (adds.value = false)} onAdded={() => listing.reload()} />}
    </div>
  )
}
