/** What a channel is called and about, who may enter and speak, and its end. */
import { useState } from "preact/hooks"
import type { Client } from "../../../client/index.ts"
import { t } from "../../language.ts"
import { Choices } from "../../ui/Choices.tsx"
import { Confirm } from "../../ui/Confirm.tsx"
import { useClose } from "../../ui/Dialog.tsx"
import { FormField } from "../../ui/FormField.tsx"
import { Select } from "../../ui/Select.tsx"
import { leave } from "../model/channels.ts"
import { named } from "../over/NewChannel.tsx"
import type { Part } from "./Part.ts"
import { Told } from "./Told.tsx"
import { useActs } from "../over/useActs.ts"
import { useInside } from "../view/context.ts"
import { duration, exactTime } from "../view/format.ts"
import { channelName, plain, whyExactly } from "../view/plain.ts"

/** Seconds between two messages that are offered. */
const slow = [0, 5, 15, 30, 60, 300, 900, 3600]

export const About = (part: Part) => {
  const { conversation, info, rights } = part
  const { chat } = useInside()
  const close = useClose()
  const words = t.value.details
  const { access, created, slow_mode: slowMode, topic } = info
  const may = { rename: rights.may("rename"), topic: rights.may("setTopic"), configure: rights.may("configure") }
  const facts = [
    ...(may.rename ? [] : [[words.name, channelName(info.channel)] as const]),
    ...(may.topic || topic === "" ? [] : [[words.topic, plain(topic)] as const]),
    ...(may.configure
      ? []
      : [[words.access, `${t.value.newChannel[access]}. ${t.value.newChannel[`${access}Hint`]}`] as const]),
    ...(may.configure || slowMode === 0 ? [] : [[words.slow, words.slowEach(duration(slowMode))] as const]),
  ]
  return (
    <div class="stack sections">
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([name, fact]) => (
            <>
              <dt>{name}</dt>
              <dd dir="auto">{fact}</dd>
            </>
          ))}
        </dl>
      )}
      {(may.rename || may.topic || may.configure) && <Change {...part} />}
      <p class="soft small">
        {created !== undefined && words.created(exactTime(created))} {words.durability[info.durability]}
      </p>
      <div>
        <Told conversation={conversation} />
      </div>
      <div class="stack">
        <div class="row">
          <button
            class="button"
            type="button"
            onClick={() => {
              close()
              void leave(chat, conversation)
            }}
          >
            {t.value.channel.leave}
          </button>
        </div>
        {rights.may("archive") && <Archive {...part} />}
        {rights.may("delete") && <Delete {...part} />}
      </div>
    </div>
  )
}

/** What was given anew and is otherwise now is changed, the name at last. */
const Change = ({ info, reload, rights }: Part) => {
  const { isBusy, act, wrong } = useActs(() => {})
  const [topic, setTopic] = useState<string>(info.topic)
  const [name, setName] = useState<string>(info.channel)
  const [access, setAccess] = useState(info.access)
  const [seconds, setSeconds] = useState(info.slow_mode / 1000)
  const [said, setSaid] = useState("")
  const words = t.value.details
  const choices = slow.includes(seconds) ? slow : [...slow, seconds].toSorted((one, other) => one - other)
  const submit = async (event: Event) => {
    event.preventDefault()
    const { channel } = info
    const to = name.trim()
    setSaid("")
    const isConfigured = access === info.access && seconds * 1000 === info.slow_mode
    const steps = [
      ...(topic === info.topic ? [] : [(client: Client.Client) => client.setTopic(channel, topic.trim())]),
      ...(isConfigured
        ? []
        : [(client: Client.Client) => client.configure(channel, { access, slowMode: seconds * 1000 })]),
      ...(to === channel ? [] : [(client: Client.Client) => client.rename(channel, to)]),
    ]
    for (const step of steps) if ((await act(step)) === undefined) return
    setSaid(t.value.settings.saved)
    reload(to)
  }
  return (
    <form class="stack" onSubmit={submit}>
      {rights.may("rename") && (
        <FormField label={words.name} value={name} onValue={(text) => setName(named(text))} maxLength={64} required />
      )}
      {rights.may("setTopic") && <FormField label={words.topic} value={topic} onValue={setTopic} maxLength={256} />}
      {rights.may("configure") && (
        <>
          <Choices
            label={words.access}
            value={access}
            onValue={setAccess}
            choices={(["public", "private", "readonly"] as const).map((value) => ({
              value,
              label: t.value.newChannel[value],
              hint: t.value.newChannel[`${value}Hint`],
            }))}
          />
          <Select
            label={words.slow}
            value={String(seconds)}
            onValue={(value) => setSeconds(Number(value))}
            choices={choices.map((one) => ({
              value: String(one),
              label: one === 0 ? words.notSlow : words.slowEach(duration(one * 1000)),
            }))}
          />
        </>
      )}
      <Wrong of={wrong} />
      <div class="row">
        <button class="button primary" type="submit" disabled={isBusy}>
          {t.value.save}
        </button>
        <span role="status" class="soft">
          {said}
        </span>
      </div>
    </form>
  )
}

/** Why something was not done. */
export const Wrong = ({ of }: { readonly of: Parameters<typeof whyExactly>[0] | undefined }) => (
  <div role="alert">{of !== undefined && <p class="alarm">{whyExactly(of)}</p>}</div>
)

const Archive = ({ info, reload }: Part) => {
  const { act, wrong } = useActs(() => reload())
  const words = t.value.details
  const set = (archived: boolean) => void act((client) => client.configure(info.channel, { archived }))
  return (
    <>
      {info.archived ? (
        <div class="row">
          <button class="button" type="button" onClick={() => set(false)}>
            {words.unarchive}
          </button>
          <span class="soft small">{t.value.channel.archived}</span>
        </div>
      ) : (
        <Confirm label={words.archive} question={words.archiveReally} onConfirm={() => set(true)} />
      )}
      <Wrong of={wrong} />
    </>
  )
}

const Delete = ({ conversation, info }: Part) => {
  const { chat } = useInside()
  const close = useClose()
  const { act, wrong } = useActs(() => {
    close()
    conversation.isJoined.value = false
    void leave(chat, conversation)
  })
  const words = t.value.details
  return (
    <>
      <Confirm
        label={words.delete}
        question={words.deleteReally(channelName(info.channel))}
        onConfirm={() => void act((client) => client.deleteChannel(info.channel))}
      />
      <Wrong of={wrong} />
    </>
  )
}
