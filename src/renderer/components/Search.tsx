import { Search as SearchIcon, X } from 'lucide-react'
import { Button, Input, Label, SearchField, Text } from 'react-aria-components'
import { useTranslation } from '../i18n/use-translation.tsx'
import { holdEnter } from './enter-key.ts'
import { Icon } from './Icon.tsx'

interface SearchProps {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A field that reduces a list. It never takes the focus by itself, and Enter in it presses nothing. */
export function Search({ label, hint, value, onChange }: SearchProps) {
  const { t } = useTranslation()
  return (
    <SearchField className="field search" value={value} onChange={onChange} onKeyDown={holdEnter}>
      <Label>{label}</Label>
      <span className="search__input">
        <Icon of={SearchIcon} />
        <Input className="field__input" autoComplete="off" spellCheck="false" />
        {value !== '' && (
          <Button className="search__clear" aria-label={t('app.clearSearch')}>
            <Icon of={X} />
          </Button>
        )}
      </span>
      {hint !== undefined && (
        <Text slot="description" className="field__hint">
          {hint}
        </Text>
      )}
    </SearchField>
  )
}
