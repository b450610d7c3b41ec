import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import { pasteOnOneLine } from '../../components/paste-on-one-line.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { type FieldProblem, lengthOf, longestField, type TextFieldName } from './server-input.ts'

interface ServerFieldProps {
  readonly name: TextFieldName
  readonly label: string
  readonly hint?: string | undefined
  readonly value: string
  readonly problem: FieldProblem | undefined
  readonly change: (value: string) => void
  readonly isSecret?: boolean
  readonly isNumeric?: boolean
}

/** One text field of a server, with its hint and what is wrong with it. */
export function ServerField(props: ServerFieldProps) {
  const { t } = useTranslation()
  const { name, label, hint, value, problem, change, isSecret = false, isNumeric = false } = props
  const texts: Record<FieldProblem, string> = {
    required: t('servers.required'),
    'port-invalid': t('servers.portInvalid'),
    'host-invalid': t('servers.hostInvalid'),
    'url-invalid': t('servers.urlInvalid'),
    'too-long': t('app.tooLong', { count: lengthOf(name, value), maximum: longestField[name] ?? 0 }),
  }
  return (
    <TextField
      className="field"
      name={name}
      value={value}
      onChange={change}
      isInvalid={problem !== undefined}
      type={isSecret ? 'password' : 'text'}
      inputMode={isNumeric ? 'numeric' : 'text'}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      <Input
        className="field__input"
        autoComplete="off"
        spellCheck="false"
        // A secret that was copied from several lines is one secret.
        onPaste={(event) => !isSecret && pasteOnOneLine(event, change)}
      />
      {hint !== undefined && (
        <Text slot="description" className="field__hint">
          {hint}
        </Text>
      )}
      <FieldError className="field__error">{problem === undefined ? '' : texts[problem]}</FieldError>
    </TextField>
  )
}
