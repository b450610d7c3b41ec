import { type ReactNode, useId } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'

interface ChoicesProps {
  readonly title: string
  readonly value: string
  readonly choose: (value: string) => void
  readonly children: ReactNode
}

/** Large buttons of which one is chosen. */
export function Choices({ title, value, choose, children }: ChoicesProps) {
  return (
    <RadioGroup className="choices" value={value} onChange={choose}>
      <Label className="choices__title">{title}</Label>
      <div className="choices__grid choices__grid--three">{children}</div>
    </RadioGroup>
  )
}

interface ChoiceProps {
  readonly value: string
  readonly name: string
  readonly detail?: string
  /** Language of the name, when it is not that of the window. */
  readonly language?: string
}

/** One of `Choices`. Its name is the short text; the detail describes it. */
export function Choice({ value, name, detail, language }: ChoiceProps) {
  const id = useId()
  const described = detail === undefined ? {} : { 'aria-describedby': `${id}-detail` }
  return (
    <Radio className="choice" value={value} aria-labelledby={`${id}-name`} {...described}>
      <span className="choice__box choice__box--round" aria-hidden="true" />
      <span className="choice__text">
        <span id={`${id}-name`} lang={language}>
          {name}
        </span>
        {detail !== undefined && (
          <span id={`${id}-detail`} className="choice__detail">
            {detail}
          </span>
        )}
      </span>
    </Radio>
  )
}
