// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.ebpf.FastPathMode;
import io.overlane.engine.EngineContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.VlanRules;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import io.overlane.tun.TunOffload;
import io.overlane.tun.TunOptions;
import io.overlane.underlay.DontFragment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns options into a plan, or says in one line what is wrong. It reads facts of the host and changes nothing. Every
 * problem that is visible before something is opened is found here.
 */
public final class BridgePlanner
{
    /** Each queue needs tens of megabytes of buffers. */
    private static final int MOST_QUEUES = 16;

    private static final int LONGEST_NAP_US = 10_000;

    private static final String DEFAULT_CONTEXT = "default";

    private final BridgeOptions options;
    private final HostFacts host;
    private final BridgeMode mode;
    private final boolean isVxlan;
    private final Map<SegmentRule, String> rules;
    private final SegmentPolicy policy;

    private BridgePlanner(final BridgeOptions options, final HostFacts host)
    {
        this.options = options;
        this.host = host;
        mode = options.mode;
        isVxlan = mode == BridgeMode.VXLAN;
        requireOptionsOfMode();
        rules = rules();
        policy = BridgePlan.policy(rules);
    }

    /**
     * The given rules, as the table writes them, so that plans can be compared. For a segment --source is another name
     * of --accept-from.
     */
    private Map<SegmentRule, String> rules()
    {
        final Map<SegmentRule, String> given = options.rules();
        require(options.source != SourcePolicy.LISTED, "--source listed: " +
            (isVxlan ? "name the prefixes with --accept-from" : "any, known or routed"));
        if (isVxlan && options.source != null)
        {
            require(given.put(SegmentRule.ACCEPT_FROM, options.source.name().toLowerCase(Locale.ROOT)) == null,
                "--source and --accept-from exclude each other: give one");
        }
        given.replaceAll(BridgePlanner::written);
        return given;
    }

    /**
     * @param options of the command line.
     * @param host    whose facts are needed.
     * @return a checked plan.
     * @throws IllegalArgumentException if the options contradict each other; one line.
     */
    public static BridgePlan plan(final BridgeOptions options, final HostFacts host)
    {
        return new BridgePlanner(options, host).plan();
    }

    private static String written(final SegmentRule rule, final String text)
    {
        final SegmentPolicy policy = new SegmentPolicy();
        try
        {
            rule.set(policy, text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("--" + ex.getMessage(), ex);
        }
        return rule.text(policy);
    }

    private BridgePlan plan()
    {
        requireOptionsOfUnderlay();
        requireLimits();
        requireOptionsOfTrunk();
        requireOptionsOfGateway();
        final int udpPort = options.udpPort == null ? mode.udpPort() : options.udpPort;
        require(udpPort >= 1 && udpPort <= 0xFFFF, "--port " + udpPort + ": outside 1...65535");
        final String device = new TunOptions(mode.kind(), options.device == null ? mode.device() : options.device)
            .name();
        final int vni = options.vni == null ? 1 : checkVni(options.vni);

        final IpAddress zoned = zoned();
        final List<PeerSpec> peers = new ArrayList<>();
        options.peers.forEach(text -> peers.add(PeerSpec.parse(text, mode, udpPort).inZoneOf(zoned)));
        final Map<MacAddress, Vtep> fdb = fdb(peers, zoned, udpPort);
        final Set<Vtep> flood = new LinkedHashSet<>();
        options.flood.forEach(text -> flood.add(vtep("--flood " + text, text, udpPort).inZoneOf(zoned)));
        final Set<Vtep> remotes = new LinkedHashSet<>(fdb.values());
        peers.forEach(peer -> remotes.add(peer.remote()));
        remotes.addAll(flood);

        final Vtep local = local(remotes, zoned, udpPort);
        requireGroups(local);
        new RemoteRules(host, local).check(remotes);
        InnerRules.check(mode, options.addresses, peers, options.subnets);
        final MacAddress mac = isVxlan ? mac(device, local, remotes, vni) : null;
        require(!fdb.containsKey(mac), "--mac " + mac + ": a remote has the same MAC address");

        return new BridgePlan(
            mode,
            options.underlay,
            local,
            device,
            mac,
            new MtuRule(mode, host).choose(
                options.mtu, local, remotes, options.multicastDevice, usesIpv6Inside(peers)),
            isVxlan ? vni : 0,
            options.vlan == null ? null : new VlanSpec(options.vlan, isServiceVlan()),
            vlanRules(),
            List.copyOf(options.addresses),
            List.copyOf(peers),
            fdb,
            flood,
            neighbors(),
            List.copyOf(new LinkedHashSet<>(options.gateways)),
            options.context == null ? DEFAULT_CONTEXT : options.context,
            options.offload == BridgeOptions.Offload.AUTO ? TunOffload.ALL : TunOffload.NONE,
            options.sourcePorts,
            options.threads,
            options.queues,
            options.source != null && !isVxlan ? options.source : SourcePolicy.KNOWN,
            options.icmpErrors == BridgeOptions.IcmpErrors.ALL,
            isVxlan ? List.of() : localSubnets(),
            rules,
            options.udpChecksum == BridgeOptions.UdpChecksum.ON,
            options.multicastDevice,
            options.nap == null ? EngineContext.DEFAULT_NAP_NS : TimeUnit.MICROSECONDS.toNanos(options.nap),
            options.maxSegments == null ? EngineContext.DEFAULT_MAX_SEGMENTS : options.maxSegments,
            options.fastPath);
    }

    private void requireOptionsOfTrunk()
    {
        final Integer vlan = options.vlan;
        if (vlan == null)
        {
            requireVlan("--vlan-protocol", options.vlanProtocol);
            requireVlan("--vlan-priority " + options.vlanPriority, options.vlanPriority);
            requireVlan("--vlan-tags", options.vlanTags);
        }
        else
        {
            require(options.addresses.isEmpty() && options.peers.isEmpty(), "--vlan " + vlan +
                ": not with --address or --peer, because the host sends its own packets without a tag");
            require(options.queues == 1, "--vlan " + vlan + ": not with --queues");
        }
    }

    private static void requireVlan(final String option, final @Nullable Object value)
    {
        require(value == null, option + ": needs --vlan");
    }

    private boolean isServiceVlan()
    {
        return options.vlanProtocol == BridgeOptions.VlanProtocol.SERVICE;
    }

    private VlanRules vlanRules()
    {
        return new VlanRules(
            options.vlanPriority == null ? VlanRules.DEFAULT.priority() : options.vlanPriority,
            options.vlanTags == null ? isServiceVlan() : options.vlanTags == BridgeOptions.VlanTags.CARRY);
    }

    private void requireOptionsOfGateway()
    {
        for (final IpPrefix gateway : options.gateways)
        {
            final String where = "--gateway " + gateway;
            parse(where, () -> new Gateway(DEFAULT_CONTEXT, Set.of(gateway), 0));
            final boolean isNetwork =
                gateway.equals(gateway.base()) && gateway.length() < gateway.address().bits() - 1;
            require(!isNetwork, where + ": this is the network, not the address of a station in it");
            require(options.queues == 1, where + ": not with --queues");
        }
        final String context = options.context;
        if (context != null)
        {
            parse("--context " + context, () -> new RoutingContext(context));
            require(!options.gateways.isEmpty(), "--context " + context + ": needs --gateway");
        }
    }

    private void requireOptionsOfUnderlay()
    {
        require(options.threads == 1 || options.threads == 2, "--threads " + options.threads + ": neither 1 nor 2");
        requireLibc("--source-ports " + options.sourcePorts, options.sourcePorts != null);
        requireLibc("--threads 1", options.threads == 1);
        require(options.queues >= 1 && options.queues <= MOST_QUEUES,
            "--queues " + options.queues + ": outside 1..." + MOST_QUEUES);
        requireLibc("--queues " + options.queues, options.queues > 1);
        final boolean isFast = options.fastPath != FastPathMode.OFF;
        final String fastPath = "--fast-path " + options.fastPath;
        requireLibc(fastPath, isFast);
        require(!isFast || isVxlan, fastPath + ": only with --mode vxlan");
        require(!isFast || options.queues == 1, fastPath + ": not with --queues");
        requireLibc("--udp-checksum off", options.udpChecksum == BridgeOptions.UdpChecksum.OFF);
        requireLibc("--group " + rules.get(SegmentRule.GROUP), !policy.groups().isEmpty());
        requireNative(SegmentRule.TTL, policy.outer().ttl() != 0);
        requireNative(SegmentRule.DF, policy.outer().dontFragment() != DontFragment.DEFAULT);
    }

    private void requireNative(final SegmentRule rule, final boolean isGiven)
    {
        require(!isGiven || options.underlay != UnderlayKind.NIO,
            "--" + rule + " " + rules.get(rule) + ": needs --underlay libc or netty, not nio");
    }

    private void requireLimits()
    {
        require(options.nap == null || options.nap >= 0 && options.nap <= LONGEST_NAP_US,
            "--nap " + options.nap + ": outside 0..." + LONGEST_NAP_US);
        require(
            options.maxSegments == null ||
                options.maxSegments >= 1 && options.maxSegments <= EngineContext.MAX_SEGMENTS,
            "--max-segments " + options.maxSegments + ": outside 1..." + EngineContext.MAX_SEGMENTS);
    }

    private void requireGroups(final Vtep local)
    {
        require(!policy.groups().isEmpty() || options.multicastDevice == null || local.address().zone() != 0,
            "--dev " + options.multicastDevice + ": needs --group or a link-local address in --local");
        for (final IpAddress group : policy.groups())
        {
            final String where = "--group " + group + ": ";
            require(local.address().isAny(), where + "--local " + local.address() +
                " cannot receive from groups; use " + (group.isV4() ? "0.0.0.0" : "::"));
            require(group.isV4() == local.address().isV4() || local.address().equals(IpAddress.ANY_V6),
                where + "of another family than the local address " + local.address());
        }
    }

    private void requireLibc(final String option, final boolean isGiven)
    {
        require(!isGiven || options.underlay == UnderlayKind.LIBC,
            option + ": needs --underlay libc, not " + options.underlay);
    }

    private void requireOptionsOfMode()
    {
        if (isVxlan)
        {
            requireOnly(BridgeMode.IP_UDP, "--icmp-errors", options.icmpErrors != null);
            requireOnly(BridgeMode.IP_UDP, "--subnet", !options.subnets.isEmpty());
            requireOnly(BridgeMode.IP_UDP, "--source routed", options.source == SourcePolicy.ROUTED);
        }
        else
        {
            requireOnly(BridgeMode.VXLAN, "--mac", options.mac != null);
            requireOnly(BridgeMode.VXLAN, "--vni", options.vni != null);
            requireOnly(BridgeMode.VXLAN, "--vlan", options.vlan != null);
            requireOnly(BridgeMode.VXLAN, "--fdb", !options.fdb.isEmpty());
            requireOnly(BridgeMode.VXLAN, "--flood", !options.flood.isEmpty());
            requireOnly(BridgeMode.VXLAN, "--neighbor", !options.neighbors.isEmpty());
            requireOnly(BridgeMode.VXLAN, "--gateway", !options.gateways.isEmpty());
            requireOnly(BridgeMode.VXLAN, "--context", options.context != null);
            requireOnly(BridgeMode.VXLAN, "--gateway-mac", options.gatewayMac != null);
            requireOnly(BridgeMode.VXLAN, "--l3-vni", options.l3Vni != null);
            requireOnly(BridgeMode.VXLAN, "--router-mac", options.routerMac != null);
            requireOnly(BridgeMode.VXLAN, "--route", !options.routes.isEmpty());
            options.rules().keySet().forEach(rule -> requireOnly(BridgeMode.VXLAN, "--" + rule, !rule.isOuter()));
            requireOnly(BridgeMode.VXLAN, "--max-segments", options.maxSegments != null);
        }
    }

    private static void requireOnly(final BridgeMode mode, final String option, final boolean isGiven)
    {
        require(!isGiven, option + ": only with --mode " + mode);
    }

    private static int checkVni(final long vni)
    {
        try
        {
            return Vni.check(vni);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("--vni " + vni + ": outside 0..." + Vni.MAX_VALUE, ex);
        }
    }

    private Map<MacAddress, Vtep> fdb(final List<PeerSpec> peers, final IpAddress zoned, final int udpPort)
    {
        final Map<MacAddress, Vtep> fdb = new LinkedHashMap<>();
        for (final PeerSpec peer : peers)
        {
            if (peer.mac() != null)
            {
                putFdb(fdb, peer.mac(), peer.remote());
            }
        }
        for (final String text : options.fdb)
        {
            final String[] parts = pair("--fdb", text, "MAC=IP[:PORT]");
            final MacAddress mac = mac("--fdb " + text, parts[0]);
            putFdb(fdb, mac, vtep("--fdb " + text, parts[1], udpPort).inZoneOf(zoned));
        }
        return fdb;
    }

    private static void putFdb(final Map<MacAddress, Vtep> fdb, final MacAddress mac, final Vtep remote)
    {
        final Vtep before = fdb.putIfAbsent(mac, remote);
        require(before == null || before.equals(remote),
            "MAC address " + mac + " is given to two remotes: " + before + " and " + remote);
    }

    private Map<IpAddress, MacAddress> neighbors()
    {
        final Map<IpAddress, MacAddress> neighbors = new LinkedHashMap<>();
        for (final String text : options.neighbors)
        {
            final String[] parts = pair("--neighbor", text, "IP=MAC");
            final IpAddress address = parse("--neighbor " + text, () -> IpAddress.parse(parts[0]));
            final MacAddress mac = mac("--neighbor " + text, parts[1]);
            final MacAddress before = neighbors.putIfAbsent(address, mac);
            require(before == null || before.equals(mac),
                "neighbour " + address + " is given two MAC addresses: " + before + " and " + mac);
        }
        return neighbors;
    }

    private Vtep local(final Set<Vtep> remotes, final IpAddress zoned, final int udpPort)
    {
        final Set<IpAddress> addresses = new LinkedHashSet<>();
        remotes.forEach(remote -> addresses.add(remote.address()));
        addresses.addAll(policy.groups());
        final boolean isAllV6 = !addresses.isEmpty() && addresses.stream().noneMatch(IpAddress::isV4);
        final IpAddress address =
            options.local != null ? zoned : isAllV6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4;
        require(!address.isMulticast(), "--local " + address + ": a multicast address");
        return new Vtep(address, udpPort);
    }

    /** The given local address, else an address without zone. A link-local one gets the zone of --dev. */
    private IpAddress zoned()
    {
        if (options.local == null)
        {
            return IpAddress.ANY_V6;
        }
        if (options.local.lacksZone())
        {
            final String where = "--local " + options.local;
            require(options.multicastDevice != null, where + ": a link-local address needs its interface; write " +
                options.local + "%eth0, or add --dev");
            return parse("--dev", () -> IpAddress.parse(options.local + "%" + options.multicastDevice));
        }
        return options.local;
    }

    private MacAddress mac(final String device, final Vtep local, final Set<Vtep> remotes, final int vni)
    {
        if (options.mac != null)
        {
            require(MacAddress.isValidSource(options.mac.value()),
                "--mac " + options.mac + ": not a station's MAC address");
            return options.mac;
        }
        final Optional<IpAddress> source = local.address().isAny() ?
            remotes.stream().flatMap(remote -> host.sourceTowards(remote.address()).stream()).findFirst() :
            Optional.of(local.address());
        // For a trunk, the address does not depend on the order of its segments.
        return host.stableMac(device, source.orElse(local.address()), options.vlan == null ? vni : 0);
    }

    private boolean usesIpv6Inside(final List<PeerSpec> peers)
    {
        return Stream.concat(options.addresses.stream(), options.gateways.stream())
            .anyMatch(address -> !address.address().isV4()) ||
            peers.stream().anyMatch(peer -> !peer.subnet().address().isV4());
    }

    /** The given subnets, else the networks of the device; in both cases with the device's own addresses. */
    private List<IpPrefix> localSubnets()
    {
        final Set<IpPrefix> subnets = new LinkedHashSet<>();
        options.subnets.forEach(subnet -> subnets.add(subnet.base()));
        if (subnets.isEmpty())
        {
            options.addresses.stream()
                .filter(address -> address.length() < address.address().bits())
                .forEach(address -> subnets.add(address.base()));
        }
        if (!subnets.isEmpty())
        {
            options.addresses.forEach(address ->
                subnets.add(new IpPrefix(address.address(), address.address().bits())));
        }
        return List.copyOf(subnets);
    }

    private static String[] pair(final String option, final String text, final String form)
    {
        final int equals = text.indexOf('=');
        require(equals > 0, option + " " + text + ": not " + form);
        return new String[]{text.substring(0, equals), text.substring(equals + 1)};
    }

    private static MacAddress mac(final String where, final String text)
    {
        final MacAddress mac = parse(where, () -> MacAddress.parse(text));
        require(MacAddress.isValidSource(mac.value()), where + ": not a station's MAC address: " + mac);
        return mac;
    }

    private static Vtep vtep(final String where, final String text, final int udpPort)
    {
        return parse(where, () -> Vtep.parse(text, udpPort));
    }

    private static <T> T parse(final String where, final Supplier<T> parser)
    {
        try
        {
            return parser.get();
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(where + ": " + ex.getMessage(), ex);
        }
    }

    /** Throw if a rule of a plan is broken. */
    public static void require(final boolean isRight, final String message)
    {
        if (!isRight)
        {
            throw new IllegalArgumentException(message);
        }
    }
}
