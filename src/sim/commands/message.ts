/**
 * Short messages: listed, read, written, sent, deleted, in PDU and in text mode. 3GPP TS 27.005 §3
 *
 * @module
 */
import { fromHex, toHex } from "../../base/octets.ts";
import { type Answer, done, line, messageFailed } from "../answer.ts";
import {
  type MessageStatus,
  messageStatusNames,
  MOST_MESSAGES,
  type StoredMessage,
} from "../message_store.ts";
import type { Command, CommandCall, CommandTable } from "../modem_profile.ts";
import type { PortSettings } from "../port_settings.ts";
import { fromCharacterSet, toCharacterSet } from "../character_set.ts";
import { emitSubmit, parseSubmit, type ShortMessage, shownText } from "../short_message.ts";

/** A message that the network takes is on its way for a while. */
const SEND_MS = 800;

function obstacle({ device }: CommandCall): Answer | undefined {
  if (device.sim.state === "absent") return messageFailed("simNotInserted");
  if (device.isSimBusy) return messageFailed("simBusy");
  return device.sim.state === "READY" ? undefined : messageFailed("simPinRequired");
}

/** A command that needs an open card, except to be tested for. */
function stored(command: Command): Command {
  return (call) => call.form === "test" ? command(call) : obstacle(call) ?? command(call);
}

/** Octets of the PDU without the service centre in front. */
function tpduOctets(pdu: Uint8Array): number {
  return pdu.length - 1 - (pdu[0] ?? 0);
}

const format: Command = ({ form, values, settings }) => {
  if (form === "test") return line("+CMGF: (0,1)");
  if (form === "read") return line(`+CMGF: ${settings.messageFormat}`);
  if (values[0] !== "0" && values[0] !== "1") return messageFailed("operationNotAllowed");
  settings.messageFormat = values[0] === "1" ? 1 : 0;
  return done();
};

const storage: Command = ({ form, values, device }) => {
  const places = `${device.messages.count},${MOST_MESSAGES}`;
  if (form === "test") return line('+CPMS: ("SM"),("SM"),("SM")');
  if (form === "read") return line(`+CPMS: "SM",${places},"SM",${places},"SM",${places}`);
  if (form !== "set" || !values.every((each) => each === "SM")) return messageFailed("operationNotAllowed");
  return line(`+CPMS: ${places},${places},${places}`);
};

const indications: Command = ({ form, values, settings }) => {
  if (form === "test") return line("+CNMI: (0,1,2),(0,1,2),(0),(0),(0,1)");
  if (form === "read") return line(`+CNMI: 2,${settings.newMessages},0,0,0`);
  const wanted = Number(values[1] ?? "0");
  if (wanted !== 0 && wanted !== 1 && wanted !== 2) return messageFailed("operationNotAllowed");
  settings.newMessages = wanted;
  return done();
};

/** The head of a stored message, and its body on the line behind. */
function shown(head: string, each: StoredMessage, settings: PortSettings): string[] {
  if (settings.messageFormat === 0) {
    return [`${head}${each.status},,${tpduOctets(each.pdu)}`, toHex(each.pdu).toUpperCase()];
  }
  const { number, stamp, text } = each.message;
  const when = each.status < 2 ? `,"${stamp}"` : "";
  const who = toCharacterSet(number, settings.characterSet);
  return [
    `${head}"${messageStatusNames[each.status]}","${who}",${when}`,
    shownText(text, settings.characterSet),
  ];
}

const read: Command = ({ form, values, device, settings }) => {
  if (form === "test") return done();
  const found = form === "set" ? device.messages.read(Number(values[0])) : undefined;
  return found === undefined ? messageFailed("invalidIndex") : done(shown("+CMGR: ", found, settings));
};

const list: Command = ({ form, values, device, settings }) => {
  const isText = settings.messageFormat === 1;
  if (form === "test") {
    return line(isText ? '+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")' : "+CMGL: (0-4)");
  }
  const wanted = values[0] ?? (isText ? "REC UNREAD" : "0");
  const number = isText ? messageStatusNames.findIndex((name) => name === wanted) : Number(wanted);
  const isAll = isText ? wanted === "ALL" : number === 4;
  if (!isAll && ![0, 1, 2, 3].includes(number)) return messageFailed("operationNotAllowed");
  const found = device.messages.list(isAll ? "all" : number as MessageStatus);
  return done(found.flatMap((each) => shown(`+CMGL: ${each.index},`, each, settings)));
};

/** `<delflag>`: 1 read ones, 2 sent ones too, 3 unsent ones too, 4 all. §3.5.4 */
const deleted: readonly (readonly MessageStatus[])[] = [[], [1], [1, 3], [1, 2, 3], [0, 1, 2, 3]];

const remove: Command = ({ form, values, device }) => {
  if (form === "test") return line(`+CMGD: (0-${MOST_MESSAGES - 1}),(0-4)`);
  const flag = Number(values[1] ?? "0");
  const statuses = deleted[flag];
  if (form !== "set" || statuses === undefined) return messageFailed("operationNotAllowed");
  if (flag > 0) device.messages.deleteAll(statuses);
  else if (!device.messages.delete(Number(values[0]))) return messageFailed("invalidIndex");
  return done();
};

/** What was typed behind the prompt, as a message and its PDU. */
function typed(call: CommandCall, text: string): { message: ShortMessage; pdu: Uint8Array } | Answer {
  const [first = ""] = call.values;
  const { messageFormat, characterSet } = call.settings;
  if (messageFormat === 1) {
    const meant = fromCharacterSet(text, characterSet);
    const message = { number: fromCharacterSet(first, characterSet) ?? "", text: meant ?? "" };
    const pdu = meant === undefined ? undefined : emitSubmit(message);
    return pdu === undefined ? messageFailed("invalidTextParameter") : { message, pdu };
  }
  if (!/^([0-9a-fA-F]{2})+$/.test(text.trim())) return messageFailed("invalidPduParameter");
  const pdu = fromHex(text);
  const message = parseSubmit(pdu, Number(first));
  return message === undefined ? messageFailed("invalidPduParameter") : { message, pdu };
}

/** Ask for the text with `> `, then do `act` with it. */
function prompted(act: (call: CommandCall, message: ShortMessage, pdu: Uint8Array) => Answer): Command {
  return stored((call) => {
    if (call.form === "test") return done();
    const [given = ""] = call.values;
    const { messageFormat, characterSet } = call.settings;
    const first = messageFormat === 1 ? fromCharacterSet(given, characterSet) ?? "" : given;
    if (call.form !== "set" || !/^\+?[0-9]+$/.test(first)) return messageFailed("operationNotAllowed");
    return {
      kind: "prompt",
      take: (text) => {
        const found = typed(call, text);
        return "kind" in found ? found : act(call, found.message, found.pdu);
      },
    };
  });
}

function send({ name, device }: CommandCall, message: ShortMessage): Answer {
  if (!device.carrier.isRegistered) return messageFailed("noNetworkService");
  return done([`${name}: ${device.sent(message.number, message.text)}`], SEND_MS);
}

/** See the file's head. */
export const messageCommands: CommandTable = {
  "+CSMS": ({ form }) =>
    line(form === "test" ? "+CSMS: (0,1)" : form === "read" ? "+CSMS: 0,1,1,0" : "+CSMS: 1,1,0"),
  "+CMGF": format,
  "+CPMS": stored(storage),
  "+CNMI": indications,
  "+CSCA": ({ form }) => form === "read" ? line('+CSCA: "+15550199",145') : done(),
  "+CSMP": ({ form }) => form === "read" ? line("+CSMP: 17,167,0,0") : done(),
  "+CSDH": ({ form }) => form === "read" ? line("+CSDH: 0") : done(),
  "+CMGR": stored(read),
  "+CMGL": stored(list),
  "+CMGD": stored(remove),
  "+CMGS": prompted((call, message) => send(call, message)),
  "+CMGW": prompted(({ name, device }, message, pdu) => {
    const index = device.messages.add(2, pdu, { ...message, stamp: "" });
    return index === undefined ? messageFailed("memoryFull") : line(`${name}: ${index}`);
  }),
  "+CMSS": stored((call) => {
    const found = call.device.messages.read(Number(call.values[0]));
    return found === undefined ? messageFailed("invalidIndex") : send(call, found.message);
  }),
};
