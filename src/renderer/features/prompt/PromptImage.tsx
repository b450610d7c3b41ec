import { ImageOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Icon } from '../../components/Icon.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useWorkbench } from '../../store/workbench.ts'

type Picture =
  | { readonly status: 'loading' }
  | { readonly status: 'failed' }
  | { readonly status: 'ready'; readonly url: string }

/** The picture of a prompt, fetched by main. Its space is reserved, so that the buttons never move under a finger. */
export function PromptImage({ promptId }: { promptId: string }) {
  const { t } = useTranslation()
  const picture = usePicture(promptId)
  const [isBroken, setBroken] = useState(false)
  if (picture.status === 'loading') {
    return (
      <div className="picture" role="status">
        <span className="spinner" aria-hidden="true" />
        <span>{t('prompt.pictureLoading')}</span>
      </div>
    )
  }
  if (picture.status === 'failed' || isBroken) {
    return (
      <div className="picture" role="status">
        <Icon of={ImageOff} size={28} />
        <span>{t('prompt.pictureFailed')}</span>
      </div>
    )
  }
  return (
    <div className="picture">
      <img src={picture.url} alt={t('prompt.picture')} onError={() => setBroken(true)} />
    </div>
  )
}

function usePicture(promptId: string): Picture {
  const { api } = useWorkbench()
  const [picture, setPicture] = useState<Picture>({ status: 'loading' })
  useEffect(() => {
    let isGone = false
    let url: string | undefined
    setPicture({ status: 'loading' })
    const show = (outcome: Awaited<ReturnType<typeof api.getPromptImage>>) => {
      if (isGone) return
      if (!outcome.ok) return setPicture({ status: 'failed' })
      const bytes = new Uint8Array(outcome.value.bytes)
      url = URL.createObjectURL(new Blob([bytes], { type: outcome.value.mimeType }))
      setPicture({ status: 'ready', url })
    }
    api.getPromptImage({ promptId }).then(show, () => !isGone && setPicture({ status: 'failed' }))
    return () => {
      isGone = true
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [api, promptId])
  return picture
}
