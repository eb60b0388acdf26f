/** The webhooks of a channel. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { shownChannel } from "../../../domain/PlainName.ts"
import type { Attempt, Webhook } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { name, number, plain, why } from "./format.ts"
import { useListing } from "./listing.ts"
import { Menu } from "./Menu.tsx"
import { NewWebhook } from "./NewWebhook.tsx"
import { type Column, Table } from "./Table.tsx"

const whatOf = ({ name, url }: Webhook): string => plain(url ?? name ?? "")

const Of = ({ channel }: { readonly channel: string }) => {
  const { operator } = useInside()
  const words = w.value.webhooks
  const removing = useSignal<Webhook | undefined>(undefined)
  const asks = useSignal(false)
  const path = `/channels/${encodeURIComponent(channel)}/webhooks`
  const listing = useListing(async () => {
    const { webhooks } = await operator.ask<{ readonly webhooks: ReadonlyArray<Webhook> }>(path)
    return { items: webhooks, next: undefined }
  }, [channel])
  const at = ({ id }: Webhook) => `${path}/${encodeURIComponent(id)}`
  /** What fails is said where it was done. */
  const attempt = async (act: () => Promise<string>) => {
    operator.notice.value = await act().catch(why)
    await listing.reload()
  }
  const turn = (webhook: Webhook, enabled: boolean) =>
    attempt(async () => {
      await operator.ask(at(webhook), { method: "PATCH", body: { enabled } })
      return enabled ? words.turnedOn : words.turnedOff
    })
  const test = (webhook: Webhook) =>
    attempt(async () => {
      const { error, outcome, status, took } = await operator.ask<Attempt>(`${at(webhook)}/test`, { method: "POST" })
      if (outcome === "taken") return words.tested(String(status ?? ""), `${number(took)} ms`)
      return words.failed(plain(error ?? String(status ?? outcome)))
    })
  const choices = (webhook: Webhook) => [
    webhook.disabled === undefined
      ? { name: words.turnOff, choose: () => void turn(webhook, false) }
      : { name: words.turnOn, choose: () => void turn(webhook, true) },
    ...(webhook.kind === "outgoing" ? [{ name: words.test, choose: () => void test(webhook) }] : []),
    { name: words.remove, choose: () => (removing.value = webhook) },
  ]
  const columns: ReadonlyArray<Column<Webhook>> = [
    { name: words.kind, value: ({ kind }) => words.kinds[kind] },
    { name: words.what, value: (webhook) => <bdi class="detail">{whatOf(webhook)}</bdi> },
    { name: words.events, value: ({ events }) => <span class="detail">{events?.join(", ") ?? "–"}</span> },
    { name: words.by, value: ({ by }) => <bdi>{name(by)}</bdi> },
    {
      name: words.state,
      value: ({ disabled }) => (disabled === undefined ? words.on : <strong>{words.off[disabled]}</strong>),
    },
    {
      name: w.value.actions,
      isActions: true,
      value: (webhook) => <Menu label={words.actions(whatOf(webhook))} choices={choices(webhook)} />,
    },
  ]
  const remove = async (webhook: Webhook) => {
    await operator.ask(at(webhook), { method: "DELETE" })
    operator.notice.value = words.removed
    await listing.reload()
  }
  return (
    <>
      <div class="row">
        <button class="button primary" type="button" onClick={() => (asks.value = true)}>
          {words.make}
        </button>
      </div>
      {asks.value && <NewWebhook path={path} onMade={() => listing.reload()} onClose={() => (asks.value = false)} />}
      <Table
        label={w.value.channels.webhooksOf(shownChannel(channel))}
        columns={columns}
        listing={listing}
        keyOf={({ id }) => id}
        empty={words.none(shownChannel(channel))}
      />
      {removing.value !== undefined && (
        <Confirm
          title={`${words.remove}: ${whatOf(removing.value)}`}
          text={words.really(whatOf(removing.value))}
          does={words.remove}
          isDangerous
          act={() => remove(removing.value!)}
          onClose={() => (removing.value = undefined)}
        />
      )}
    </>
  )
}

export const Webhooks = ({ channel }: { readonly channel: string }) => {
  const { operator } = useInside()
  const words = w.value.webhooks
  const written = useSignal(channel)
  const id = useId()
  const show = (event: Event) => {
    event.preventDefault()
    operator.open({ view: "webhooks", about: written.value.trim().replace(/^#/, "") })
  }
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <form class="row filters" onSubmit={show}>
        <div class="field">
          <label for={id}>{words.channel}</label>
          <input
            id={id}
            class="input"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={65}
            required
            value={written.value}
            onInput={(event) => (written.value = event.currentTarget.value)}
          />
        </div>
        <button class="button" type="submit">
          {words.show}
        </button>
      </form>
      {channel !== "" && <Of channel={channel} />}
    </div>
  )
}
