import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import descriptor from '../generated/descriptor.json' with { type: 'json' }
import type { ProtoGrpcType as CatalogueTypes } from '../generated/types/catalogue.ts'
import type { ProtoGrpcType as CommunicationTypes } from '../generated/types/communication.ts'
import type { ProtoGrpcType as ConfigurationTypes } from '../generated/types/configuration.ts'
import type { ProtoGrpcType as ConnectionMonitorTypes } from '../generated/types/connection_monitor.ts'
import type { ProtoGrpcType as ControlTypes } from '../generated/types/control.ts'
import type { ProtoGrpcType as FunctionTypes } from '../generated/types/function.ts'
import type { ProtoGrpcType as FunctionBrokerTypes } from '../generated/types/function_broker.ts'
import type { ProtoGrpcType as LoggingTypes } from '../generated/types/logging.ts'
import type { ProtoGrpcType as ProductInfoTypes } from '../generated/types/product_info.ts'
import type { ProtoGrpcType as SessionTypes } from '../generated/types/session.ts'
import type { ProtoGrpcType as SessionControllerTypes } from '../generated/types/session_controller.ts'
import type { ProtoGrpcType as TicketInfoTypes } from '../generated/types/ticket_info.ts'
import type { ProtoGrpcType as UserInterfaceTypes } from '../generated/types/user_interface.ts'
import type { ProtoGrpcType as VehicleInfoTypes } from '../generated/types/vehicle_info.ts'
import type { ProtoGrpcType as ViewerTypes } from '../generated/types/viewer.ts'
import { loaderOptions } from './loader-options.ts'

type Protos = CatalogueTypes &
  CommunicationTypes &
  ConfigurationTypes &
  ConnectionMonitorTypes &
  ControlTypes &
  FunctionTypes &
  FunctionBrokerTypes &
  LoggingTypes &
  ProductInfoTypes &
  SessionTypes &
  SessionControllerTypes &
  TicketInfoTypes &
  UserInterfaceTypes &
  VehicleInfoTypes &
  ViewerTypes

/** Every service and message of proto/, as the JSON descriptor of the build describes it. */
export const packageDefinition = fromJSON(descriptor as Parameters<typeof fromJSON>[0], loaderOptions)

const loaded = loadPackageDefinition(packageDefinition) as GrpcObject as unknown as Protos

/** Clients and service definitions of `openOBD.v1`. */
export const openObdV1 = loaded.openOBD.v1
/** Clients and service definitions of our own `workbench.v1`. */
export const workbenchV1 = loaded.workbench.v1
