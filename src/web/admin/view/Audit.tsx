import type { AuditEntry } from "../model/answers.ts"
import { w } from "../words.ts"
import { useInside } from "./context.ts"
import { moment, name, plain } from "./format.ts"
import { query, useListing } from "./listing.ts"
import { type Column, Table } from "./Table.tsx"

interface Answer {
  readonly entries: ReadonlyArray<AuditEntry>
  readonly next?: number
}

/** What administrators did. */
export const Audit = () => {
  const { operator } = useInside()
  const words = w.value.audit
  const listing = useListing(async (before) => {
    const { entries, next } = await operator.ask<Answer>(`/service/audit${query({ before })}`)
    return { items: entries, next }
  }, [])
  const now = operator.env.now()
  const detail = ({ action, detail }: AuditEntry): string => {
    if (detail === undefined) return "–"
    const role = action === "setUserRole" || action === "addUser" ? detail : ""
    return role === "admin" || role === "member" ? w.value.accounts.roles[role] : plain(detail)
  }
  const columns: ReadonlyArray<Column<AuditEntry>> = [
    { name: words.when, value: ({ timestamp }) => moment(timestamp, now) },
    { name: words.who, value: ({ by }) => <bdi>{name(by)}</bdi> },
    { name: words.what, value: ({ action }) => words.actions[action] ?? plain(action) },
    { name: words.whom, value: ({ username }) => (username === undefined ? "–" : <bdi>{name(username)}</bdi>) },
    { name: words.detail, value: (entry) => <span class="detail">{detail(entry)}</span> },
  ]
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <Table label={w.value.view.audit} columns={columns} listing={listing} keyOf={({ number }) => number} />
    </div>
  )
}
