// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All intended differences between the engine, by default and with its profile {@code linux}, and Linux. A comparison
 * fails for a difference that is not listed here, and for a listed one that does not occur.
 */
public final class KernelDifferences
{
    private static final String FATE = KernelComparison.FATE;
    private static final String TAGGED_REST =
        "c0a80501c0a80502000100020017000065636e65636e65636e65636e65636e";
    private static final String LAST_PORT = "the last port of a range is part of it";
    private static final List<KernelDifference> ALL = List.copyOf(list());

    private KernelDifferences()
    {
    }

    public static List<KernelDifference> all()
    {
        return ALL;
    }

    public static List<KernelDifference> of(final KernelCase kernel)
    {
        return ALL.stream().filter(difference -> difference.isOf(kernel)).toList();
    }

    private static List<KernelDifference> list()
    {
        final List<KernelDifference> all = new ArrayList<>();
        congestionMarks(all);
        learning(all);
        sending(all);
        flows(all);
        sizes(all);
        neighbours(all);
        devices(all);
        return all;
    }

    private static void congestionMarks(final List<KernelDifference> all)
    {
        final String reason = "RFC 6040 has no exception for tagged frames; EcnPolicy.UNTAGGED does the same as Linux";
        final Predicate<KernelCase> incapable = named(
            "ecn decap inner VLAN-tagged v4 NotECT outer CE", "ecn decap VLAN-tagged inner NotECT outer CE");
        all.add(new KernelDifference(34, FATE, "delivered", "dropped: ecn-not-capable", reason, incapable));
        all.add(new KernelDifference(34, "inner frame",
            "02111111111102222222222281000007" + "08004500002b123400004011dd3a" + TAGGED_REST, "none", reason,
            named("ecn decap inner VLAN-tagged v4 NotECT outer CE")));
        all.add(new KernelDifference(34, "inner frame",
            "02111111111102222222222281000004" + "08004500002b123400004011dd3a" + TAGGED_REST, "none", reason,
            named("ecn decap VLAN-tagged inner NotECT outer CE")));
        all.add(new KernelDifference(34, "inner frame",
            "02111111111102222222222281000004" + "08004502002b123400004011dd38" + TAGGED_REST,
            "02111111111102222222222281000004" + "08004503002b123400004011dd37" + TAGGED_REST,
            "RFC 6040 has no exception for tags: the outer mark goes into the inner header",
            named("ecn decap VLAN-tagged inner ECT0 outer CE")));
    }

    private static void learning(final List<KernelDifference> all)
    {
        final String fair = "one remote must not keep out all others: the least recently used entry is evicted";
        final Predicate<KernelCase> full = named("fdb limit reached: new source mac");
        all.add(new KernelDifference(44, "learned", "none", "02:aa:00:00:00:09 dst 10.99.0.2", fair, full));
        all.add(new KernelDifference(44, "forgot", "none", "02:aa:00:00:00:01 dst 10.99.0.3", fair, full));
        all.add(new KernelDifference(45, "result", "NO_ROOM", "DONE",
            "learned entries must not keep out those of an operator", named("fdb limit reached: static add")));
        all.add(new KernelDifference(49, "FDB", "02:bb:00:00:00:01 dst 10.99.0.2 static",
            "02:bb:00:00:00:01 dst 10.99.0.2 static; 02:bb:00:00:00:02 dst 10.99.0.3",
            "the engine keeps its entries when a device goes down; after a flush the same entries remain",
            named("fdb after link down (learned flushed, static kept?)")));
        for (final String mac : List.of("02:aa:00:00:00:01", "02:bb:00:00:00:03"))
        {
            all.add(new KernelDifference(46, mac, "later than 2 s", "within 2 s of its age",
                "Linux checks every 10 s", kernel -> kernel.section().equals("ageing")));
        }
    }

    private static void sending(final List<KernelDifference> all)
    {
        all.add(new KernelDifference(59, "DF", "0", "1",
            "a VTEP must not fragment, RFC 7348 §4.3; 'df unset' clears the bit for routers on the way",
            kernel -> kernel.capture() != null && !kernel.all("sent").isEmpty() && !kernel.has("df") &&
                !Objects.requireNonNull(kernel.option("local")).contains(":")));
        final String bypass = "a remote that is the engine itself is a mistake, which tun-bridge refuses; frames do " +
            "not pass directly from one segment to another";
        final Predicate<KernelCase> self = named("remote is own address, same VNI (localbypass default)");
        all.add(new KernelDifference(77, FATE, "handed to the device", "sent", bypass, self));
        all.add(new KernelDifference(77, "answer", "the frame itself", "none", bypass, self));
        all.add(new KernelDifference(77, "answer's bytes",
            "02cc00000001021111111111" + "88b5" + "6e".repeat(40), "none", bypass, self));
    }

    private static void flows(final List<KernelDifference> all)
    {
        for (final String name : List.of(
            "unknown unicast, three default remotes",
            "broadcast, three default remotes",
            "multicast mac with own entry",
            "fdb entry with own vni and port",
            "frame to self mac"))
        {
            flow(all, name, "its own");
        }
        flow(all, "broadcast, own ff:ff entry beats default", "that of 'broadcast, three default remotes'");
        flow(all, "multicast group flood, default ttl", "that of 'broadcast, three default remotes'");
        all.add(new KernelDifference(56, "flow",
            "that of 'srcport 50000 50001: inner v4 tos 0x53 ttl 33 df 0'", "its own",
            LAST_PORT, named("srcport 50000 50001: flow 0")));
        all.add(new KernelDifference(56, "source ports", "50000 50001 50002 50003 50004 50005 50006 50007 50008 50009",
            "50000 50001 50002 50003 50004 50005 50006 50007 50008 50009 50010",
            LAST_PORT, named("srcport 50000 50010: distinct ports over 60 flows")));
        all.add(new KernelDifference(56, "source ports", "50000", "50000 50001",
            LAST_PORT, named("srcport 50000 50001: distinct ports over 60 flows")));
        all.add(new KernelDifference(57, "source port", "not in the range", "in the range",
            "a range of one port is that port", named("srcport 50000 50000 (min == max)")));
        all.add(new KernelDifference(58, "source ports", "32768 to 60999", "49152 to 65535",
            "RFC 7348 §5 recommends this range", named("ip_local_port_range")));
    }

    private static void flow(final List<KernelDifference> all, final String name, final String engine)
    {
        all.add(new KernelDifference(55, "flow", "that of 'non-IP inner (0x88b5)'", engine,
            "the flow of frames that are not IP comes from their MAC addresses, RFC 7348 §5", named(name)));
    }

    private static void sizes(final List<KernelDifference> all)
    {
        final String whole = "a VTEP must not fragment, RFC 7348 §4.3";
        final String answered = "the sender gets an answer behind any port; with Linux only behind bridge ports";
        all.add(new KernelDifference(81, FATE, "sent in 2 fragments", "dropped: oversize", whole,
            kernel -> isFragmented(kernel) && !mayNotBeFragmented(kernel)));
        all.add(new KernelDifference(81, FATE, "sent in 2 fragments", "answered", whole,
            kernel -> isFragmented(kernel) && mayNotBeFragmented(kernel)));
        all.add(new KernelDifference(82, FATE, "dropped: oversize", "answered", answered,
            kernel -> kernel.section().equals("mtu") && kernel.isDropped() && mayNotBeFragmented(kernel)));
        all.add(new KernelDifference(82, "answer", "none", "ICMP 3/4, MTU 1450", answered,
            kernel -> kernel.section().equals("mtu") && mayNotBeFragmented(kernel) &&
                (kernel.isDropped() || isFragmented(kernel))));
        all.add(new KernelDifference(79, "MTU", "mtu 1500", "mtu 1450",
            "the MTU of the route to the remotes counts, whether or not its device is given",
            named("default MTU without dev")));
    }

    private static boolean isFragmented(final KernelCase kernel)
    {
        return kernel.section().equals("mtu") && kernel.capture() != null &&
            kernel.lastPacket() > kernel.firstPacket();
    }

    private static boolean mayNotBeFragmented(final KernelCase kernel)
    {
        return kernel.name().contains("inner DF 1");
    }

    private static void neighbours(final List<KernelDifference> all)
    {
        final String lost = "otherwise no station could find one that is not configured";
        all.add(new KernelDifference(88, FATE, "swallowed", "sent", lost,
            named("proxy: ARP request for unknown neighbour")));
        all.add(new KernelDifference(92, FATE, "swallowed", "sent", lost, named("proxy: NS for unknown neighbour")));
        all.add(new KernelDifference(89, FATE, "swallowed", "sent", "otherwise caches would become stale",
            named("proxy: gratuitous ARP request", "proxy: ARP reply")));
    }

    private static void devices(final List<KernelDifference> all)
    {
        final String shared = "all segments of an engine share one UDP socket, which stays open while one device is " +
            "down; Linux closes the socket of a UDP port with the last device that is up";
        final Predicate<KernelCase> down = named("device down");
        all.add(new KernelDifference(22, FATE, "dropped: no-socket", "dropped: port-down", shared, down));
        all.add(new KernelDifference(22, "answer", "ICMP 3/3", "none", shared, down));
        all.add(new KernelDifference(106, "result", "refused when brought up", "done",
            "each segment has its own rules for accepted frames; they do not belong to the socket",
            named("create: gbp on shared port")));
        all.add(new KernelDifference(107, "result", "refused", "done",
            "the system's route to the group selects the device", named("create: group without dev")));
    }

    private static Predicate<KernelCase> named(final String... names)
    {
        final Set<String> set = Set.of(names);
        return kernel -> set.contains(kernel.name());
    }
}
