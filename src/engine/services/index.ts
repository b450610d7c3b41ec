import type { RpcService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { canService } from './can.ts'
import { catalogueService } from './catalogue.ts'
import { configService } from './config.ts'
import { connectionMonitorService } from './connection-monitor.ts'
import { doipService } from './doip.ts'
import { functionService } from './function.ts'
import { functionBrokerService } from './function-broker.ts'
import { productInfoService, ticketInfoService, vehicleInfoService } from './job-information.ts'
import { klineService } from './kline.ts'
import { loggingService } from './logging.ts'
import { sessionService } from './session.ts'
import { sessionControllerService } from './session-controller.ts'
import { terminal15Service } from './terminal15.ts'
import { userInterfaceService } from './user-interface.ts'
import { controlService, viewerService } from './workbench.ts'

/** Every service of `openOBD.v1` that the engine offers. */
export const openObdServices = (engine: Engine): readonly RpcService[] => [
  sessionControllerService(engine),
  sessionService(engine),
  functionService(engine),
  functionBrokerService(engine),
  userInterfaceService(engine),
  configService(engine),
  canService(engine),
  doipService(engine),
  klineService(engine),
  terminal15Service(engine),
  connectionMonitorService(engine),
  vehicleInfoService(),
  productInfoService(),
  ticketInfoService(),
  loggingService(engine),
]

/** The viewing side of `workbench.v1`; left out with `--without workbench`. */
export const workbenchServices = (engine: Engine): readonly RpcService[] => [
  viewerService(engine),
  catalogueService(engine),
]

/** The laboratory; only with `--lab`. */
export const labServices = (engine: Engine): readonly RpcService[] => [controlService(engine)]
