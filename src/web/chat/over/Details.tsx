/** What a channel is, and what one may do with it. */
import { useEffect, useState } from "preact/hooks"
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { Tabs } from "../../ui/Tabs.tsx"
import type { Conversation } from "../model/Conversation.ts"
import type { ChannelInfo } from "../model/frames.ts"
import { rightsOf } from "../model/rights.ts"
import type { Trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"
import { why } from "../view/plain.ts"
import { About } from "../details/About.tsx"
import { Direct } from "../details/Direct.tsx"
import { Log } from "../details/Log.tsx"
import { Members } from "../details/Members.tsx"
import type { Part } from "../details/Part.ts"
import { Sanctions } from "../details/Sanctions.tsx"

export const Details = () => {
  const { chat } = useInside()
  // The one that was shown when it was opened.
  const [conversation] = useState(() => chat.current.value)
  if (conversation === undefined) return null
  return conversation.isDirect ? <Direct conversation={conversation} /> : <Channel conversation={conversation} />
}

const Channel = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const [info, setInfo] = useState<ChannelInfo | undefined>(undefined)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.details
  const reload = async (name: string = conversation.name.value) => {
    setWrong(undefined)
    const answer = await chat.ask((client) => client.describe(name))
    if (answer.ok) setInfo(answer.value)
    else setWrong(answer.trouble)
  }
  useEffect(() => void reload(), [])
  if (wrong !== undefined && info === undefined) {
    return (
      <div class="alarm stack" role="alert">
        <p>{why(wrong)}</p>
        <div>
          <button class="button" type="button" onClick={() => void reload()}>
            {t.value.tryAgain}
          </button>
        </div>
      </div>
    )
  }
  if (info === undefined) return <div class="skeleton line w60" role="status" aria-label={t.value.loading} />
  const rights = rightsOf(chat.me, { access: info.access, archived: info.archived, role: info.role })
  const part: Part = { conversation, info, rights, reload: (name) => void reload(name) }
  return (
    <Tabs
      label={t.value.channel.details}
      tabs={[
        { key: "about", label: words.about, view: () => <About {...part} /> },
        { key: "members", label: words.members, view: () => <Members {...part} /> },
        ...(rights.may("seeSanctions")
          ? [{ key: "sanctions", label: words.sanctions, view: () => <Sanctions {...part} /> }]
          : []),
        ...(rights.may("audit") ? [{ key: "log", label: words.log, view: () => <Log {...part} /> }] : []),
      ]}
    />
  )
}
