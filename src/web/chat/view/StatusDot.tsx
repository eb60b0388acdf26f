/** Whether somebody is there, by shape as well as by colour. */
import { t } from "../../language.ts"

export const StatusDot = ({ status }: { readonly status: "online" | "away" | "busy" | undefined }) => (
  <span class={`dot ${status ?? "offline"}`} role="img" aria-label={t.value.status[status ?? "offline"]} />
)
