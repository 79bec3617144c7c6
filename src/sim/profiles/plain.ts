/**
 * A modem of no particular make: the commands of 3GPP TS 27.007 and TS 27.005, and nothing else.
 *
 * @module
 */
import type { ModemProfile } from "../modem_profile.ts";

/** See the file's head. */
export const plain: ModemProfile = {
  name: "plain",
  manufacturer: "uplinkd",
  model: "virtual modem",
  revision: "1.0",
  imei: "490154203237518",
  identification: undefined,
  capabilities: "+CGSM",
  ports: 1,
  connect: "CONNECT 150000000",
  answerMs: 20,
  dialMs: 400,
  restartMs: 3000,
  simBusyMs: 0,
  multiplexes: true,
  multiplexesAfterMs: 0,
  registrations: ["+CREG", "+CGREG", "+CEREG"],
  accessTechnology: 7,
  contextTail: ',"",0,0',
  unknownCommand: "ERROR",
  speaksOn: "every port",
  reports: true,
  greeting: [],
  opened: [],
  serviceReport: undefined,
  signalReport: undefined,
  emptyNaks: 0,
  commands: {},
};
