// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} as given: null or empty where not. {@link BridgePlanner} says what they mean. */
public final class BridgeOptions
{
    /** Which ICMP errors the IP mode sends into its device. */
    enum IcmpErrors
    {
        /** "Net unreachable" only, as flannel's proxy does. */
        UNREACHABLE,

        /** "Time exceeded" and "fragmentation needed" too. */
        ALL
    }

    /** Whether super-frames travel whole. */
    public enum Offload
    {
        /** As far as device and socket go along. */
        AUTO,

        /** Every frame by itself. */
        OFF
    }

    @Option(names = "--mode", paramLabel = "vxlan|ip-udp", description =
        "vxlan: Ethernet frames of a TAP in VXLAN, as flannel.1. ip-udp: bare IPv4 packets of a TUN in UDP, as " +
        "flannel0. Default: vxlan.")
    BridgeMode mode = BridgeMode.VXLAN;

    @Option(names = "--device", paramLabel = "NAME", description =
        "Name of the device to create. Default: flannel.1 (vxlan), flannel0 (ip-udp).")
    public String device;

    @Option(names = "--mac", paramLabel = "MAC", description =
        "MAC address of the device (vxlan). Default: one that this node has at every start.")
    MacAddress mac;

    @Option(names = "--mtu", paramLabel = "N", description =
        "IP MTU of the device. Default: the underlay's less 50 (vxlan over IPv4), 70 (vxlan over IPv6), " +
        "28 (ip-udp over IPv4) or 48 (ip-udp over IPv6).")
    public Integer mtu;

    @Option(names = "--address", paramLabel = "CIDR", description =
        "Address of the device, repeatable. Default: none.")
    List<IpPrefix> addresses = new ArrayList<>();

    @Option(names = "--local", paramLabel = "IP", description =
        "Underlay address to bind. Default: 0.0.0.0, or :: if every remote is IPv6.")
    public IpAddress local;

    @Option(names = "--port", paramLabel = "N", description =
        "UDP port to bind, and of remotes that name none. Default: 8472 (vxlan), 8285 (ip-udp).")
    public Integer udpPort;

    @Option(names = "--vni", paramLabel = "N", description =
        "VXLAN network identifier, 0...16777215 (vxlan). Default: 1.")
    public Long vni;

    @Option(names = "--vlan", paramLabel = "N", description =
        "VLAN of the device's frames that are the segment's, 1...4094: the tag is taken off what the device sends " +
        "and put on what it is given; other frames are none of the segment's (vxlan). Default: every frame, and a " +
        "tag is part of it.")
    public Integer vlan;

    @Option(names = "--peer", paramLabel = "IP[:PORT],mac=MAC,subnet=CIDR[,gateway=IP]", description =
        "Another node, repeatable: an FDB entry, a permanent neighbour GATEWAY -> MAC and an onlink route to CIDR " +
        "through it; GATEWAY is by default the first address of CIDR. In ip-udp mode IP[:PORT],subnet=CIDR: a route. " +
        "IPv6 with a port is [IP]:PORT, here and below. Default: none.")
    List<String> peers = new ArrayList<>();

    @Option(names = "--fdb", paramLabel = "MAC=IP[:PORT]", description =
        "Where a MAC address lives, repeatable (vxlan). Default: none.")
    List<String> fdb = new ArrayList<>();

    @Option(names = "--flood", paramLabel = "IP[:PORT]", description =
        "Remote that gets a copy of broadcast, multicast and unknown unicast frames, repeatable (vxlan). " +
        "Default: none.")
    List<String> flood = new ArrayList<>();

    @Option(names = "--neighbor", paramLabel = "IP=MAC", description =
        "Inner address whose ARP requests and neighbour solicitations are answered here, repeatable (vxlan). " +
        "Default: none.")
    List<String> neighbors = new ArrayList<>();

    @Option(names = "--learning", description =
        "Learn where MAC addresses live from received frames (vxlan). Default: off.")
    public boolean learning;

    @Option(names = "--policy", paramLabel = "linux|rfc7348|strict", description =
        "How received frames are judged (vxlan). linux: as the kernel does. rfc7348: reserved bits are ignored, no " +
        "VLAN tag crosses the tunnel. strict: known remotes only, and whatever is odd is dropped. The options below " +
        "change single rules of it. Default: linux.")
    PolicyProfile policy;

    @Option(names = "--accept-from", paramLabel = "any|known|PREFIX,...", hideParamSyntax = true, split = ",",
        description = "Outer sources to accept (vxlan): any; the remotes of --peer, --fdb and --flood; or " +
        "addresses of these prefixes, separated by commas. Default: as --policy says.")
    List<String> acceptFrom = new ArrayList<>();

    @Option(names = "--inner-vlan", paramLabel = "pass|strip|drop", description =
        "What becomes of frames with a VLAN tag, both ways (vxlan). Default: as --policy says.")
    VlanPolicy innerVlan;

    @Option(names = "--source", paramLabel = "any|known|routed", description =
        "Outer sources to accept: any; known remotes only; or (ip-udp) only the remote to which the inner source is " +
        "routed. Default: as --policy says (vxlan), known (ip-udp).")
    SourcePolicy source;

    @Option(names = "--icmp-errors", paramLabel = "unreachable|all", description =
        "ICMP errors to send into the device (ip-udp): net unreachable, or time exceeded and fragmentation needed " +
        "too. Default: unreachable.")
    IcmpErrors icmpErrors;

    @Option(names = "--subnet", paramLabel = "CIDR", description =
        "Inner addresses behind this node, repeatable (ip-udp): packets for others are not let in. " +
        "Default: the networks of --address that are wider than /32; not checked if there is none.")
    List<IpPrefix> subnets = new ArrayList<>();

    @Option(names = "--underlay", paramLabel = "libc|netty|nio", description =
        "What carries the datagrams. Default: libc.")
    public UnderlayKind underlay = UnderlayKind.LIBC;

    @Option(names = "--offload", paramLabel = "auto|off", description =
        "auto: super-frames travel whole between device and socket, as far as the kernel does. off: every frame " +
        "and datagram by itself. Default: auto.")
    public Offload offload = Offload.AUTO;

    @Option(names = "--source-ports", paramLabel = "LOW-HIGH", description =
        "Let datagrams leave from up to 8 ports of this range, one for each inner flow, so that links and receivers " +
        "that look at UDP ports can spread flows (libc). Default: they leave from --port.")
    PortRange sourcePorts;

    @Option(names = "--threads", paramLabel = "1|2", description =
        "Threads of a queue. 2: one for each direction. 1: one for both (libc). Default: 2.")
    public int threads = 2;

    @Option(names = "--queues", paramLabel = "N", description =
        "Queues of the device, each with a socket on --port and threads of its own (libc); flows are spread over " +
        "them. 1...16. Default: 1.")
    int queues = 1;

    @Mixin
    public LimitOptions limits = new LimitOptions();

    @Mixin
    OuterOptions outer = new OuterOptions();
}
