// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.ebpf.FastPathMode;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.VlanPriority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge}; null or empty if not given. {@link BridgePlanner} interprets them. */
public final class BridgeOptions
{
    /** The ICMP errors that the IP mode sends into its device. */
    enum IcmpErrors
    {
        /** "Net unreachable" only, as flannel's proxy does. */
        UNREACHABLE,

        /** "Time exceeded" and "fragmentation needed" too. */
        ALL
    }

    /** Whether super-frames pass whole. */
    public enum Offload
    {
        /** As far as device and socket support it. */
        AUTO,

        /** Each frame passes by itself. */
        OFF
    }

    /** Kinds of VLAN tags. */
    public enum VlanProtocol
    {
        /** Of IEEE 802.1Q. */
        CUSTOMER("802.1q"),

        /** Of IEEE 802.1ad. */
        SERVICE("802.1ad");

        private final String label;

        VlanProtocol(final String label)
        {
            this.label = label;
        }

        /**
         * @param text {@code 802.1q} or {@code 802.1ad}.
         * @return the kind.
         * @throws IllegalArgumentException if it is something else.
         */
        public static VlanProtocol parse(final String text)
        {
            return Arrays.stream(values())
                .filter(protocol -> protocol.label.equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is neither 802.1q nor 802.1ad"));
        }
    }

    /** What becomes of further tags. */
    public enum VlanTags
    {
        /** Their frames are dropped. */
        REFUSE,

        /** They stay in the frame. */
        CARRY;

        /**
         * @param text {@code refuse} or {@code carry}.
         * @return one of them.
         * @throws IllegalArgumentException if it is something else.
         */
        public static VlanTags parse(final String text)
        {
            return Arrays.stream(values())
                .filter(tags -> tags.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is neither refuse nor carry"));
        }
    }

    /** Whether datagrams have a UDP checksum. */
    enum UdpChecksum
    {
        ON,

        /** It is 0. */
        OFF
    }

    @Option(names = "--mode", paramLabel = "vxlan|ip-udp", description =
        "vxlan: Ethernet frames of a TAP device in VXLAN, as flannel.1. ip-udp: bare IPv4 packets of a TUN device " +
        "in UDP, as flannel0. Default: vxlan.")
    BridgeMode mode = BridgeMode.VXLAN;

    @Option(names = "--device", paramLabel = "NAME", description =
        "Name of the device to create. Default: flannel.1 (vxlan), flannel0 (ip-udp).")
    public @Nullable String device;

    @Option(names = "--mac", paramLabel = "MAC", description =
        "MAC address of the device (vxlan). Default: derived from this machine's identity, so it stays the same.")
    public @Nullable MacAddress mac;

    @Option(names = "--mtu", paramLabel = "N", description =
        "IP MTU of the device. Default: the underlay's less 50 (vxlan over IPv4), 70 (vxlan over IPv6), " +
        "28 (ip-udp over IPv4) or 48 (ip-udp over IPv6).")
    public @Nullable Integer mtu;

    @Option(names = "--address", paramLabel = "CIDR", description =
        "Address of the device, repeatable. Default: none.")
    List<IpPrefix> addresses = new ArrayList<>();

    @Option(names = "--local", paramLabel = "IP", description =
        "Underlay address to bind. Default: 0.0.0.0, or :: if every remote is IPv6.")
    public @Nullable IpAddress local;

    @Option(names = "--port", paramLabel = "N", description =
        "UDP port to bind, and port of remotes that have none of their own. Default: 8472 (vxlan), 8285 (ip-udp).")
    public @Nullable Integer udpPort;

    @Option(names = "--vni", paramLabel = "N", description =
        "VXLAN network identifier, 0...16777215 (vxlan). Default: 1.")
    public @Nullable Long vni;

    @Option(names = "--vlan", paramLabel = "N", description =
        "VLAN ID, 1...4094 (vxlan): the segment has only those frames of the device that carry this tag. The tag is " +
        "removed from frames of the device and added to frames for it, so segments can share a device. Default: " +
        "the segment has every frame of the device, tags included.")
    public @Nullable Integer vlan;

    @Option(names = "--vlan-protocol", paramLabel = "802.1q|802.1ad", description =
        "Kind of the tag of --vlan: 802.1ad is the outer tag of QinQ. Default: 802.1q.")
    public @Nullable VlanProtocol vlanProtocol;

    @Option(names = "--vlan-priority", paramLabel = "0...7|dscp|keep", description =
        "Priority of tags of --vlan towards the device, for frames that have none: a number, or the first three bits " +
        "of the DSCP. keep: a tag with the priority of the frame, and no VLAN, also passes through the tunnel. " +
        "Default: 0.")
    public @Nullable VlanPriority vlanPriority;

    @Option(names = "--vlan-tags", paramLabel = "refuse|carry", description =
        "Further tags behind that of --vlan, both ways: drop such frames, or leave these tags in the frame. Default: " +
        "refuse, with 802.1ad carry.")
    public @Nullable VlanTags vlanTags;

    @Option(names = "--peer", paramLabel = "IP[:PORT],mac=MAC,subnet=CIDR[,gateway=IP]", description =
        "Another node, repeatable: adds an FDB entry, a permanent neighbour GATEWAY -> MAC and an onlink route to " +
        "CIDR through GATEWAY, by default the first address of CIDR. In ip-udp mode IP[:PORT],subnet=CIDR: adds a " +
        "route. An IPv6 address with a port is written [IP]:PORT, here and below. Default: none.")
    List<String> peers = new ArrayList<>();

    @Option(names = "--fdb", paramLabel = "MAC=IP[:PORT]", description =
        "FDB entry, repeatable (vxlan): frames to this MAC address go to this remote. Default: none.")
    List<String> fdb = new ArrayList<>();

    @Option(names = "--flood", paramLabel = "IP[:PORT]", description =
        "Remote that gets a copy of broadcast, multicast and unknown unicast frames, repeatable (vxlan). " +
        "Default: none.")
    public List<String> flood = new ArrayList<>();

    @Option(names = "--neighbor", paramLabel = "IP=MAC", description =
        "Inner neighbour, repeatable (vxlan): ARP requests and neighbour solicitations for this address are " +
        "answered here. Default: none.")
    List<String> neighbors = new ArrayList<>();

    @Option(names = "--gateway", paramLabel = "CIDR", description =
        "Address by which stations of the segment reach other segments, with the length of the segment's prefix, " +
        "repeatable (vxlan): the engine answers for it and routes; see docs/ip-gateway.md. Default: none.")
    List<IpPrefix> gateways = new ArrayList<>();

    @Option(names = "--context", paramLabel = "NAME", description =
        "Routing context of the segment (vxlan): --gateway routes between the segments of one context. Default: " +
        "default.")
    @Nullable String context;

    @Option(names = "--gateway-mac", paramLabel = "MAC", description =
        "MAC address of the gateway in all segments of the context, the same on all engines (vxlan). Default: " +
        "00:00:5e:00:01:01.")
    @Nullable MacAddress gatewayMac;

    @Option(names = "--l3-vni", paramLabel = "N", description =
        "VNI of packets that two gateways of the context route to each other (vxlan). Default: none.")
    @Nullable Long l3Vni;

    @Option(names = "--router-mac", paramLabel = "MAC", description =
        "MAC address of this engine in --l3-vni (vxlan). Default: made from the underlay address.")
    @Nullable MacAddress routerMac;

    @Option(
        names = "--route",
        paramLabel = "CIDR,via=IP[,vni=N]|CIDR,remote=IP[:PORT],mac=MAC|CIDR,type=blackhole|unreachable",
        description =
        "Static route of the context, repeatable (vxlan): through a router in one of its segments, through --l3-vni " +
        "to the gateway with this router MAC, or to nowhere, without or with an ICMP error. Default: none.")
    List<String> routes = new ArrayList<>();

    @Option(names = "--source", paramLabel = "any|known|routed", description =
        "Outer sources to accept. any; known: configured remotes; routed (ip-udp): only the remote to which the " +
        "inner source is routed. Default: as --policy says (vxlan), known (ip-udp).")
    @Nullable SourcePolicy source;

    @Option(names = "--icmp-errors", paramLabel = "unreachable|all", description =
        "ICMP errors to send into the device (ip-udp). unreachable: net unreachable only. all: time exceeded and " +
        "fragmentation needed too. Default: unreachable.")
    @Nullable IcmpErrors icmpErrors;

    @Option(names = "--subnet", paramLabel = "CIDR", description =
        "Inner addresses behind this node, repeatable (ip-udp): received packets for other addresses are dropped. " +
        "Default: the networks of --address that are wider than /32; without any, no packet is dropped for its " +
        "address.")
    List<IpPrefix> subnets = new ArrayList<>();

    @Option(names = "--underlay", paramLabel = "libc|netty|nio", description =
        "Implementation of the UDP socket: libc (batched system calls) or netty (epoll) on Linux, nio on any " +
        "system. Default: libc.")
    public UnderlayKind underlay = UnderlayKind.LIBC;

    @Option(names = "--offload", paramLabel = "auto|off", description =
        "auto: super-frames pass whole between device and socket, as far as the kernel supports it. off: each frame " +
        "and datagram passes by itself. Default: auto.")
    public Offload offload = Offload.AUTO;

    @Option(names = "--source-ports", paramLabel = "LOW-HIGH", description =
        "Send from up to 8 ports of this range, chosen by inner flow, so that links and receivers that hash UDP " +
        "ports can spread flows (libc). Default: send from --port.")
    @Nullable PortRange sourcePorts;

    @Option(names = "--threads", paramLabel = "1|2", description =
        "Threads of each queue. 2: one for each direction. 1: one for both (libc). Default: 2.")
    public int threads = 2;

    @Option(names = "--queues", paramLabel = "N", description =
        "Queues of the device, 1...16, each with its own threads and its own socket on --port (libc). Flows are " +
        "spread over them. Default: 1.")
    int queues = 1;

    @Option(names = "--nap", paramLabel = "MICROS", description =
        "Microseconds for which the thread that reads the device lets frames gather under load, 0...10000; 0 turns " +
        "this off. No effect with --threads 1. Default: 100.")
    @Nullable Integer nap;

    @Option(names = "--max-segments", paramLabel = "N", description =
        "Most segments at a time, 1...65536, those of the configuration file and those added later (vxlan). A file " +
        "with more segments raises it. Default: 2048.")
    @Nullable Integer maxSegments;

    @Option(names = "--udp-checksum", paramLabel = "on|off", description =
        "off: outer UDP checksums are sent as 0, and accepted as 0 over IPv6 (libc); receivers then do not join " +
        "datagrams. Default: on.")
    UdpChecksum udpChecksum = UdpChecksum.ON;

    @Option(names = "--fast-path", paramLabel = "off|auto|tc|xdp", description =
        "Let the kernel carry frames of known stations (vxlan, libc, Linux 6.6, one address in --local). tc: at " +
        "the traffic control of the devices, or do not start. xdp: received frames in the driver, or do not start. " +
        "auto: one of them if it is possible. Default: off.")
    FastPathMode fastPath = FastPathMode.OFF;

    @Option(names = "--dev", paramLabel = "NAME", description =
        "Interface of --group, or of a link-local --local. Default: the one with a route to the group.")
    @Nullable String multicastDevice;

    /** Values of rules, each as text or as a list of texts; {@link OptionTypes} has picocli fill them in. */
    private final Map<SegmentRule, Object> rules = new EnumMap<>(SegmentRule.class);

    @Nullable Object rule(final SegmentRule rule)
    {
        return rules.get(rule);
    }

    /**
     * @param rule  of the segment.
     * @param value text, or list of texts; null for none.
     */
    public void rule(final SegmentRule rule, final @Nullable Object value)
    {
        if (value == null)
        {
            rules.remove(rule);
        }
        else
        {
            rules.put(rule, value);
        }
    }

    /** The given rules, as text, in the order in which they are applied. */
    Map<SegmentRule, String> rules()
    {
        final Map<SegmentRule, String> texts = new EnumMap<>(SegmentRule.class);
        rules.forEach((rule, value) -> texts.put(rule, value instanceof List<?> list ?
            list.stream().map(Object::toString).collect(Collectors.joining(",")) : value.toString()));
        return texts;
    }
}
