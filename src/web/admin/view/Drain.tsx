import type { Service } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"

/** Has the service end. */
export const Drain = ({ onClose }: { readonly onClose: () => void }) => {
  const { operator } = useInside()
  const words = w.value.drain
  const act = async () => {
    const { sessions } = await operator.ask<Pick<Service, "sessions">>("/service/drain", { method: "POST" })
    operator.notice.value = w.value.drain.done(sessions)
  }
  return (
    <Confirm
      title={words.title}
      text={words.text(operator.watch.service.value?.sessions ?? 0)}
      does={words.confirm}
      isDangerous
      act={act}
      onClose={onClose}
    />
  )
}
