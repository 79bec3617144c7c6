/**
 * The kinds of modem that can be simulated, by name.
 *
 * @module
 */
import type { ModemProfile } from "../modem_profile.ts";
import { huaweiE398 } from "./huawei_e398.ts";
import { plain } from "./plain.ts";
import { quectelEc25 } from "./quectel_ec25.ts";
import { simcomSim7600 } from "./simcom_sim7600.ts";
import { ubloxTobyL2 } from "./ublox_toby_l2.ts";

/** See the file's head. */
export const modemProfiles: ReadonlyMap<string, ModemProfile> = new Map(
  [plain, huaweiE398, quectelEc25, simcomSim7600, ubloxTobyL2].map((profile) => [profile.name, profile]),
);
