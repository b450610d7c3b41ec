import { type EnumTypeDefinition, fromJSON, type MethodDefinition } from '@grpc/proto-loader'
import { loaderOptions } from '../../../openobd/grpc/loader-options.ts'

/** Whether a service serves. */
export type ServingStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'

/** grpc.health.v1.Health, as far as it is used. */
export interface HealthDefinition {
  readonly Check: MethodDefinition<{ service?: string }, { status?: ServingStatus }, { service: string }>
  readonly Watch: MethodDefinition<{ service?: string }, { status?: ServingStatus }, { service: string }>
}

/** One question of a reflection client. */
export interface ReflectionRequest {
  readonly host: string
  readonly message_request?:
    | 'file_by_filename'
    | 'file_containing_symbol'
    | 'file_containing_extension'
    | 'all_extension_numbers_of_type'
    | 'list_services'
  readonly file_by_filename?: string
  readonly file_containing_symbol?: string
  readonly all_extension_numbers_of_type?: string
}

/** The answer to one question. */
export interface ReflectionResponse {
  readonly valid_host?: string
  readonly original_request?: ReflectionRequest
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Uint8Array[] }
  readonly all_extension_numbers_response?: {
    readonly base_type_name: string
    readonly extension_number: readonly number[]
  }
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] }
  readonly error_response?: { readonly error_code: number; readonly error_message: string }
}

/** grpc.reflection.v1.ServerReflection; v1alpha is the same under another name. */
export interface ReflectionDefinition {
  readonly ServerReflectionInfo: MethodDefinition<ReflectionRequest, ReflectionResponse, ReflectionRequest>
}

const field = (type: string, id: number, rule?: 'repeated') => ({ type, id, ...(rule === undefined ? {} : { rule }) })

type Nested = NonNullable<Parameters<typeof fromJSON>[0]['nested']>

const health: Nested = {
  Health: {
    methods: {
      Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse', comment: 'The state now.' },
      Watch: {
        requestType: 'HealthCheckRequest',
        responseType: 'HealthCheckResponse',
        responseStream: true,
        comment: 'The state now and after each change.',
      },
    },
  },
  HealthCheckRequest: { fields: { service: field('string', 1) } },
  HealthCheckResponse: {
    fields: { status: field('ServingStatus', 1) },
    nested: { ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } } },
  },
}

const reflection: Nested = {
  ServerReflection: {
    methods: {
      ServerReflectionInfo: {
        requestType: 'ServerReflectionRequest',
        requestStream: true,
        responseType: 'ServerReflectionResponse',
        responseStream: true,
        comment: 'Questions and answers, one for one.',
      },
    },
  },
  ServerReflectionRequest: {
    oneofs: {
      message_request: {
        oneof: [
          'file_by_filename',
          'file_containing_symbol',
          'file_containing_extension',
          'all_extension_numbers_of_type',
          'list_services',
        ],
      },
    },
    fields: {
      host: field('string', 1),
      file_by_filename: field('string', 3),
      file_containing_symbol: field('string', 4),
      file_containing_extension: field('ExtensionRequest', 5),
      all_extension_numbers_of_type: field('string', 6),
      list_services: field('string', 7),
    },
  },
  ExtensionRequest: { fields: { containing_type: field('string', 1), extension_number: field('int32', 2) } },
  ServerReflectionResponse: {
    oneofs: {
      message_response: {
        oneof: [
          'file_descriptor_response',
          'all_extension_numbers_response',
          'list_services_response',
          'error_response',
        ],
      },
    },
    fields: {
      valid_host: field('string', 1),
      original_request: field('ServerReflectionRequest', 2),
      file_descriptor_response: field('FileDescriptorResponse', 4),
      all_extension_numbers_response: field('ExtensionNumberResponse', 5),
      list_services_response: field('ListServiceResponse', 6),
      error_response: field('ErrorResponse', 7),
    },
  },
  FileDescriptorResponse: { fields: { file_descriptor_proto: field('bytes', 1, 'repeated') } },
  ExtensionNumberResponse: {
    fields: { base_type_name: field('string', 1), extension_number: field('int32', 2, 'repeated') },
  },
  ListServiceResponse: { fields: { service: field('ServiceResponse', 1, 'repeated') } },
  ServiceResponse: { fields: { name: field('string', 1) } },
  ErrorResponse: { fields: { error_code: field('int32', 1), error_message: field('string', 2) } },
}

/** Descriptors of the standard services, loaded with the same options as everything else. */
export const standardPackages = fromJSON(
  {
    nested: {
      grpc: {
        nested: {
          health: { nested: { v1: { nested: health } } },
          reflection: { nested: { v1: { nested: reflection }, v1alpha: { nested: reflection } } },
        },
      },
    },
  },
  loaderOptions,
)

/** Whether an entry of a package definition is a type, which knows the file it is in. */
export const isType = (entry: object): entry is EnumTypeDefinition => 'fileDescriptorProtos' in entry
