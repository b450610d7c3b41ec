import { parseYamlText, readYamlFile } from '../../files/yaml-file.ts'
import { type VehicleDescription, vehicleSchema } from './schema.ts'

/** Reads a vehicle file. Throws a YamlFileError when it cannot be read or is not a car. */
export const readVehicleFile = (path: string): VehicleDescription => readYamlFile(vehicleSchema, path, 'vehicle').value

/** Parses the text of a vehicle file. Throws a YamlFileError. */
export const parseVehicle = (text: string, file: string): VehicleDescription =>
  parseYamlText(vehicleSchema, text, file).value
