/** What was done in a channel with rights, the latest first. */
import { useEffect, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import type { AuditLog } from "../model/frames.ts"
import type { Part } from "./Part.ts"
import type { Trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"
import { duration, exactTime } from "../view/format.ts"
import { plain } from "../view/plain.ts"
import { Wrong } from "./About.tsx"

/** Of these the log has ids, by which programs find them. */
const forPrograms = ["link", "unlink", "accept"]

const settings = (detail: string): Readonly<Record<string, unknown>> => {
  try {
    const found: unknown = JSON.parse(detail)
    return typeof found === "object" && found !== null ? { ...found } : {}
  } catch {
    return {}
  }
}

/** What was set, in words. */
const configured = (detail: string): string => {
  const { access, archived, slowMode } = settings(detail)
  const { details, newChannel } = t.value
  const said = [
    access === "public" || access === "private" || access === "readonly" ? newChannel[access] : undefined,
    typeof slowMode === "number"
      ? `${details.slow}: ${slowMode === 0 ? details.notSlow : details.slowEach(duration(slowMode))}`
      : undefined,
    archived === true ? details.archive : archived === false ? details.unarchive : undefined,
  ].filter((words) => words !== undefined)
  return said.length === 0 ? plain(detail) : said.join(" · ")
}

export const Log = ({ info }: Part) => {
  const { chat } = useInside()
  const [entries, setEntries] = useState<AuditLog["entries"]>([])
  const [next, setNext] = useState<number | "first" | undefined>("first")
  const [isBusy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.details
  const load = async () => {
    if (isBusy || next === undefined) return
    setBusy(true)
    setWrong(undefined)
    const answer = await chat.ask((client) => client.audit(info.channel, next === "first" ? undefined : next))
    setBusy(false)
    if (!answer.ok) return setWrong(answer.trouble)
    setEntries([...entries, ...answer.value.entries])
    setNext(answer.value.next)
  }
  useEffect(() => void load(), [])
  return (
    <div class="stack">
      {entries.length === 0 && next === undefined && <p class="soft">{words.emptyLog}</p>}
      <ol class="lines">
        {entries.map(({ action, by, detail, number, timestamp, username }) => (
          <li key={number} class="line-row">
            <div class="line-text">
              <strong>
                {words.action[action] ?? action}
                {username !== undefined && (
                  <>
                    : <bdi>{shownName(username)}</bdi>
                  </>
                )}
              </strong>
              <span class="soft small">
                {words.by(shownName(by))} · <time>{exactTime(timestamp)}</time>
              </span>
              {detail !== undefined && detail !== "" && !forPrograms.includes(action) && (
                <span class="line-topic" dir="auto">
                  {action === "configure" ? configured(detail) : plain(detail)}
                </span>
              )}
            </div>
          </li>
        ))}
      </ol>
      <Wrong of={wrong} />
      {next !== undefined && (
        <div>
          <button class="button" type="button" disabled={isBusy} onClick={() => void load()}>
            {wrong !== undefined ? t.value.tryAgain : isBusy || next === "first" ? t.value.loading : words.older}
          </button>
        </div>
      )}
    </div>
  )
}
