import { parseYamlText, readYamlFile, YamlFileError } from '../../files/yaml-file.ts'
import { type VehicleDescription, vehicleSchema } from './schema.ts'

export { YamlFileError as VehicleFileError }

/** Reads a vehicle file. Throws {@link VehicleFileError} when it cannot be read or is not a car. */
export const loadVehicleFile = (path: string): VehicleDescription => readYamlFile(vehicleSchema, path, 'vehicle').value

/** Parses the text of a vehicle file. Throws {@link VehicleFileError}. */
export const parseVehicle = (text: string, file: string): VehicleDescription =>
  parseYamlText(vehicleSchema, text, file).value
