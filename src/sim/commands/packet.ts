/**
 * PDP contexts. 3GPP TS 27.007 §10.1
 *
 * @module
 */
import { formatIpv4 } from "../../base/inet.ts";
import { type Answer, done, failed, line } from "../answer.ts";
import type { Command, CommandCall, CommandTable } from "../modem_profile.ts";
import { addressOf, MOST_CONTEXTS, networksOf, type PacketContexts, prefixOf } from "../packet_context.ts";
import { withSim } from "./identity.ts";

const MOST_APN_OCTETS = 100;
/** Name servers of TEST-NET-2, RFC 5737, and of the prefix of RFC 3849. */
const SERVERS = {
  ip: ["198.51.100.53", "198.51.100.54"],
  ipv6: ["32.1.13.184.0.83.0.0.0.0.0.0.0.0.0.83", "32.1.13.184.0.83.0.0.0.0.0.0.0.0.0.84"],
};
/** Interface identifier 1, and a mask for one address, as 27.007 writes what has 16 octets. */
const FIRST = "0.0.0.0.0.0.0.1";
const WHOLE = { ip: "255.255.255.255", ipv6: Array(16).fill("255").join(".") };

const define: Command = ({ name, form, values, device }) => {
  const { contexts, profile } = device;
  if (form === "test") {
    return done(
      ["IP", "IPV6", "IPV4V6"].map((type) => `${name}: (1-${MOST_CONTEXTS}),"${type}",,,(0-2),(0-4)`),
    );
  }
  if (form === "read") {
    return done(
      contexts.all.map(([id, { pdpType, apn }]) =>
        `${name}: ${id},"${pdpType}","${apn}"${profile.contextTail}`
      ),
    );
  }
  const [id = "", type, apn = ""] = values;
  if (form !== "set" || !/^\d{1,2}$/.test(id)) return failed("incorrectParameters");
  if (type === undefined) {
    device.deactivate([Number(id)]);
    contexts.undefine(Number(id));
    return done();
  }
  const pdpType = type.toUpperCase();
  if (!["IP", "IPV6", "IPV4V6", "PPP"].includes(pdpType) || apn.length > MOST_APN_OCTETS) {
    return failed("incorrectParameters");
  }
  return contexts.define(Number(id), { pdpType, apn }) ? done() : failed("incorrectParameters");
};

function activation(call: CommandCall, contextIdentifier: number): Answer {
  const { device } = call;
  if (device.activate(contextIdentifier)) return done([], 10 * device.profile.answerMs);
  switch (device.obstacle(contextIdentifier)) {
    case "noNetwork":
      return failed("noNetworkService");
    case "apn":
      return failed("serviceOptionNotSubscribed");
    default:
      return failed("incorrectParameters");
  }
}

const activate: Command = (call) => {
  const { name, form, values, device } = call;
  const { contexts } = device;
  if (form === "test") return line(`${name}: (0,1)`);
  if (form === "read") {
    return done(contexts.all.map(([id]) => `${name}: ${id},${contexts.isActive(id) ? 1 : 0}`));
  }
  const [state, ...identifiers] = values.map(Number);
  if (form !== "set" || (state !== 0 && state !== 1)) return failed("incorrectParameters");
  const wanted = identifiers.length > 0 ? identifiers : contexts.all.map(([id]) => id);
  if (state === 0) {
    device.deactivate(wanted);
    return done();
  }
  for (const id of wanted) {
    const answer = activation(call, id);
    if (answer.kind !== "done") return answer;
  }
  return done([], 10 * call.device.profile.answerMs);
};

/** Identifiers that a command names, or all that are active. */
function named({ values, device: { contexts } }: CommandCall): number[] {
  const identifiers = values.filter((each) => each !== "").map(Number);
  return identifiers.length > 0
    ? identifiers
    : contexts.all.map(([id]) => id).filter((id) => contexts.isActive(id));
}

/** The addresses of an active context, by what it carries. */
function addressesOf(contexts: PacketContexts, id: number): ["ip" | "ipv6", string][] {
  return networksOf(contexts.get(id)?.pdpType ?? "IP").map((network) => [
    network,
    network === "ip" ? formatIpv4(addressOf(id)) : `${prefixOf(id).join(".")}.${FIRST}`,
  ]);
}

const addresses: Command = (call) => {
  const { name, form, device: { contexts } } = call;
  if (form === "test") return line(`${name}: (${contexts.all.map(([id]) => id).join(",")})`);
  return done(
    named(call).filter((id) => contexts.get(id) !== undefined).map((id) =>
      contexts.isActive(id)
        ? `${name}: ${id},${addressesOf(contexts, id).map(([, address]) => `"${address}"`).join(",")}`
        : `${name}: ${id}`
    ),
  );
};

/** `<cid>,<bearer>,<apn>,<address and mask>,<gateway>,<dns 1>,<dns 2>`. §10.1.23 */
const dynamic: Command = (call) => {
  const { name, form, device: { contexts } } = call;
  if (form === "test") return line(`${name}: (${contexts.all.map(([id]) => id).join(",")})`);
  return done(
    named(call).filter((id) => contexts.isActive(id)).flatMap((id) =>
      addressesOf(contexts, id).map(([network, address]) => {
        const { apn } = contexts.get(id) ?? { apn: "" };
        const values = [apn, `${address}.${WHOLE[network]}`, address, ...SERVERS[network]];
        return `${name}: ${id},${4 + id},${values.map((each) => `"${each}"`).join(",")}`;
      })
    ),
  );
};

/** Taken as they are: nobody checks them here. */
const taken: Command = ({ form }) => form === "read" || form === "test" ? done() : done();

/** See the file's head. */
export const packetCommands: CommandTable = {
  "+CGDCONT": define,
  "+CGACT": withSim(activate),
  "+CGPADDR": withSim(addresses),
  "+CGCONTRDP": withSim(dynamic),
  "+CGAUTH": taken,
  "+CGQREQ": taken,
  "+CGQMIN": taken,
  "+CGEREP": ({ form, values, settings }) => {
    if (form === "test") return line("+CGEREP: (0-2),(0,1)");
    if (form === "read") return line(`+CGEREP: ${settings.packetEvents ? 2 : 0},0`);
    settings.packetEvents = Number(values[0] ?? "0") > 0;
    return done();
  },
  "+CGDATA": ({ form, values }) => {
    if (form === "test") return line('+CGDATA: ("PPP")');
    const [protocol = "", id = "1"] = values;
    return protocol === "PPP"
      ? { kind: "dial", contextIdentifier: Number(id) }
      : failed("operationNotSupported");
  },
};
