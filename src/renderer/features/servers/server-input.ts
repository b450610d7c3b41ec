import type { Profile, ProfileInput } from '../../../shared/app-state.ts'
import { longest } from '../../../shared/limits.ts'
import { isSameServer } from '../../../shared/same-server.ts'
import { typedName } from '../../../shared/typed-text.ts'
import { europeanPartnerApi, usualWay } from '../../../shared/usual-way.ts'
import type { ProxyChoice, WayInput } from '../../../shared/way.ts'

/** The openOBD service, or a server with an address of its own. */
type ServerKind = 'service' | 'other'

/** The contents of the fields. */
export interface ServerFields {
  readonly kind: ServerKind
  readonly name: string
  readonly host: string
  readonly port: string
  readonly clusterId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly allowPlaintext: boolean
  readonly remember: boolean
  readonly proxyKind: ProxyChoice['kind']
  readonly proxyHost: string
  readonly proxyPort: string
  readonly proxyUser: string
  readonly proxyPassword: string
  readonly partnerApi: boolean
  readonly restBaseUrl: string
  readonly tokenUrl: string
  readonly wsUrl: string
}

/** What is wrong with a field. */
export type FieldProblem = 'required' | 'port-invalid' | 'host-invalid' | 'url-invalid' | 'too-long'
export type FieldProblems = Partial<Record<keyof ServerFields, FieldProblem>>

/** The fields that hold a text. */
export type TextFieldName = Exclude<
  keyof ServerFields,
  'kind' | 'allowPlaintext' | 'remember' | 'proxyKind' | 'partnerApi'
>

/** The fields of proxy and Partner API. */
export const wayProblemNames = [
  'proxyHost',
  'proxyPort',
  'proxyUser',
  'proxyPassword',
  'restBaseUrl',
  'tokenUrl',
  'wsUrl',
] as const

/** Address of the openOBD service (protocol.md §14). */
export const openObdService = { host: 'grpc.openobd.com', port: '443', allowPlaintext: false } as const
/** Clusters of the service: Europe and the United States. */
const serviceClusters: readonly string[] = ['001', '002']

/** What the kind says of the address: the service has one, another server the typed one. */
const addressOf = (fields: ServerFields): Pick<ServerFields, 'host' | 'port' | 'allowPlaintext'> =>
  fields.kind === 'service' ? openObdService : fields

/** A new server is the service; a stored one is it by its address. */
function kindOf(profile: Profile | undefined): ServerKind {
  if (!profile) return 'service'
  const { host, port, allowPlaintext, clusterId } = profile
  const isService = host === openObdService.host && String(port) === openObdService.port && !allowPlaintext
  return isService && serviceClusters.includes(clusterId) ? 'service' : 'other'
}

/** Chooses between the service and another server; a typed address is kept for the way back. */
export function withKind(fields: ServerFields, kind: ServerKind): ServerFields {
  const changed = { ...fields, kind }
  if (kind === 'other' || serviceClusters.includes(typedName(fields.clusterId))) return changed
  return withCluster(changed, '001')
}

/** Chooses the cluster of the service. The published addresses of the Partner API belong to the first one only. */
export function withCluster(fields: ServerFields, clusterId: string): ServerFields {
  const { restBaseUrl, tokenUrl, wsUrl } = fields
  const isEuropean =
    restBaseUrl === europeanPartnerApi.restBaseUrl &&
    tokenUrl === europeanPartnerApi.tokenUrl &&
    wsUrl === europeanPartnerApi.wsUrl
  const none = { restBaseUrl: '', tokenUrl: '', wsUrl: '' }
  const changed = { ...fields, clusterId, ...(isEuropean && clusterId !== '001' && none) }
  return fields.partnerApi ? withPartnerApi(changed, true) : changed
}

/** The length of a text after main has cleaned it. */
export function lengthOf(name: TextFieldName, text: string): number {
  if (name === 'clientSecret' || name === 'proxyPassword') return text.length
  return name === 'name' ? text.trim().length : typedName(text).length
}

/** The maximum length per field; a port has its own limits. */
export const longestField: Partial<Record<keyof ServerFields, number>> = {
  name: longest.profileName,
  host: longest.host,
  clusterId: longest.clusterId,
  clientId: longest.clientId,
  clientSecret: longest.clientSecret,
  proxyHost: longest.host,
  proxyUser: longest.clientId,
  proxyPassword: longest.clientSecret,
  restBaseUrl: 500,
  tokenUrl: 500,
  wsUrl: 500,
}

/** The fields of an existing or a new server. The secret is never filled in: the page never receives it. */
export function fieldsOf(profile: Profile | undefined, remember = false): ServerFields {
  const { proxy, partnerApi } = profile?.way ?? usualWay
  return {
    kind: kindOf(profile),
    name: profile?.name ?? '',
    host: profile?.host ?? '',
    port: String(profile?.port ?? 443),
    clusterId: profile?.clusterId ?? '001',
    clientId: profile?.clientId ?? '',
    clientSecret: '',
    allowPlaintext: profile?.allowPlaintext ?? false,
    remember,
    proxyKind: proxy.kind,
    proxyHost: proxy.kind === 'typed' ? proxy.host : '',
    proxyPort: proxy.kind === 'typed' ? String(proxy.port) : '8080',
    proxyUser: proxy.kind === 'typed' ? proxy.user : '',
    proxyPassword: '',
    partnerApi: partnerApi.isOn,
    restBaseUrl: partnerApi.restBaseUrl,
    tokenUrl: partnerApi.tokenUrl,
    wsUrl: partnerApi.wsUrl,
  }
}

/** Switches the Partner API on or off; empty addresses are filled where they are published. */
export function withPartnerApi(fields: ServerFields, partnerApi: boolean): ServerFields {
  const isEmpty = fields.restBaseUrl === '' && fields.tokenUrl === '' && fields.wsUrl === ''
  const isPublished = typedName(fields.clusterId) === '001' && typedName(addressOf(fields).host) === openObdService.host
  return { ...fields, partnerApi, ...(partnerApi && isEmpty && isPublished ? europeanPartnerApi : {}) }
}

/** Whether main keeps the password of the proxy when none is typed. */
export function keepsProxyPassword(fields: ServerFields, profile: Profile | undefined): boolean {
  const before = profile?.way?.proxy
  if (!profile?.way?.hasProxyPassword || before?.kind !== 'typed') return false
  const { proxyHost, proxyPort, proxyUser } = fields
  return (
    before.host === typedName(proxyHost) && String(before.port) === typedName(proxyPort) && before.user === proxyUser
  )
}

/** Whether main keeps its secret when none is typed: only while server and client stay the same. */
export function keepsSecret(fields: ServerFields, profile: Profile | undefined): boolean {
  return profile?.hasSecret === true && isSameServer(profileInputOf(fields, profile.id), profile)
}

/** All problems of the fields; main checks them again. */
export function fieldProblems(fields: ServerFields, keepsSecret: boolean): FieldProblems {
  const problems: FieldProblems = {}
  for (const [name, most] of Object.entries(longestField) as [TextFieldName, number][]) {
    if (lengthOf(name, fields[name]) > most) problems[name] = 'too-long'
  }
  if (fields.kind === 'other') Object.assign(problems, hostProblem('host', fields), portProblem('port', fields))
  else delete problems.host
  Object.assign(problems, wayProblems(fields))
  if (typedName(fields.clientId) === '') problems.clientId = 'required'
  if (fields.clientSecret === '' && !keepsSecret) problems.clientSecret = 'required'
  return problems
}

function hostProblem(name: 'host' | 'proxyHost', fields: ServerFields): FieldProblems {
  const host = typedName(fields[name])
  if (host === '') return { [name]: 'required' }
  const isInvalid = /[\s/@?#]|:\/\//.test(host) || /^[^:[]*:\d*$/.test(host)
  return isInvalid ? { [name]: 'host-invalid' } : {}
}

function portProblem(name: 'port' | 'proxyPort', fields: ServerFields): FieldProblems {
  const text = typedName(fields[name])
  const port = Number(text)
  return /^\d+$/.test(text) && port >= 1 && port <= 65535 ? {} : { [name]: 'port-invalid' }
}

function wayProblems(fields: ServerFields): FieldProblems {
  const isTyped = fields.proxyKind === 'typed'
  return {
    ...(isTyped && { ...hostProblem('proxyHost', fields), ...portProblem('proxyPort', fields) }),
    ...(fields.partnerApi && {
      ...urlProblem('restBaseUrl', fields, 'http'),
      ...urlProblem('tokenUrl', fields, 'http'),
      ...(fields.wsUrl.trim() !== '' && urlProblem('wsUrl', fields, 'ws')),
    }),
  }
}

/** Only encrypted addresses, except on this computer; main checks them again. */
function urlProblem(
  name: 'restBaseUrl' | 'tokenUrl' | 'wsUrl',
  fields: ServerFields,
  scheme: 'http' | 'ws',
): FieldProblems {
  const text = fields[name].trim()
  if (text === '') return { [name]: 'required' }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHere = url !== undefined && /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(url.hostname)
  const isGood = url?.protocol === `${scheme}s:` || (isHere && url.protocol === `${scheme}:`)
  return isGood ? {} : { [name]: 'url-invalid' }
}

/** The problems that are shown while the form is incomplete. */
export const problemsWhileTyping = (problems: FieldProblems): FieldProblems =>
  Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem === 'too-long'))

/** The fields as input for main. An empty secret keeps the present one. */
export function profileInputOf(fields: ServerFields, id: string | undefined): ProfileInput {
  const { host, port, allowPlaintext } = addressOf(fields)
  return {
    ...(id === undefined ? {} : { id }),
    name: fields.name.trim(),
    host: typedName(host),
    port: Number(typedName(port)),
    clusterId: typedName(fields.clusterId),
    clientId: typedName(fields.clientId),
    ...(fields.clientSecret === '' ? {} : { clientSecret: fields.clientSecret }),
    allowPlaintext,
    remember: fields.remember,
    way: wayInputOf(fields),
  }
}

function wayInputOf(fields: ServerFields): WayInput {
  const { proxyKind, proxyPassword } = fields
  const proxy: ProxyChoice =
    proxyKind === 'typed'
      ? {
          kind: 'typed',
          host: typedName(fields.proxyHost),
          port: Number(typedName(fields.proxyPort)),
          user: fields.proxyUser,
        }
      : { kind: proxyKind }
  return {
    proxy,
    ...(proxyKind === 'typed' && proxyPassword !== '' && { proxyPassword }),
    partnerApi: {
      isOn: fields.partnerApi,
      restBaseUrl: fields.restBaseUrl.trim(),
      tokenUrl: fields.tokenUrl.trim(),
      wsUrl: fields.wsUrl.trim(),
    },
  }
}
