// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static io.overlane.live.LiveRow.A;
import static io.overlane.live.LiveRow.B;
import static io.overlane.live.LiveRow.C;
import static io.overlane.live.LiveRow.OWN;
import static io.overlane.live.LiveRow.STATION;
import static io.overlane.live.LiveRow.UDP_PORT;
import static io.overlane.live.LiveRow.VNI;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.policy.EcnPolicy;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The rows of the conformance list that can be sent live, and why the others cannot. */
final class LiveRows
{
    static final int LAST = 109;

    private static final MacAddress STRANGER = MacAddress.parse("02:00:00:00:00:66");
    private static final FrameSpec OUT = FrameSpec.ipv4Udp().payload("out");
    private static final List<Supplier<FrameSpec>> IP = List.of(
        FrameSpec::ipv4Udp, FrameSpec::ipv6Udp, FrameSpec::ipv4Tcp, FrameSpec::ipv6Tcp, FrameSpec::icmpEchoRequest);

    private LiveRows()
    {
    }

    /** From the station to the host. */
    private static FrameSpec back(final FrameSpec frame)
    {
        return frame.sourceMac(STATION.value()).destinationMac(OWN.value());
    }

    private static FrameSpec in()
    {
        return back(FrameSpec.ipv4Udp().payload("in"));
    }

    /** From {@link LiveRow#A}, without a UDP checksum. */
    private static FrameSpec datagram(final FrameSpec inner)
    {
        return outer(FrameSpec.vxlan(inner).vni(VNI));
    }

    private static FrameSpec outer(final FrameSpec datagram)
    {
        return datagram.source(A.address().toString()).destination(Wire.V4).ports(50_000, UDP_PORT).zeroChecksum();
    }

    private static FrameSpec from(final Vtep remote, final FrameSpec inner)
    {
        return datagram(inner).source(remote.address().toString());
    }

    private static FdbRequest entry(final MacAddress mac, final Vtep remote)
    {
        return new FdbRequest(VNI, mac, remote);
    }

    static List<LiveRow> all()
    {
        final List<LiveRow> rows = new ArrayList<>();
        rows.addAll(headers());
        rows.addAll(outerHeaders());
        rows.addAll(sources());
        rows.addAll(marks());
        rows.addAll(learning());
        rows.addAll(encapsulation());
        rows.addAll(destinations());
        rows.addAll(lengths());
        rows.addAll(neighbors());
        return rows;
    }

    private static List<LiveRow> headers()
    {
        final LiveRow delivered = new LiveRow("1 by default");
        IP.forEach(inner -> delivered.received(datagram(back(inner.get()))));
        final List<LiveRow> rows = new ArrayList<>(List.of(
            delivered,
            new LiveRow("2 I flag").receivedByEngine(datagram(in()).vxlanFlags(0)),
            new LiveRow("3, 4 VNI").receivedByEngine(datagram(in()).vni(43)).receivedByEngine(datagram(in()).vni(0)),
            new LiveRow("5 flags").receivedByEngine(datagram(in()).vxlanFlags(0x0c))
                .receivedByEngine(datagram(in()).vxlanFlags(0x09)).receivedByEngine(datagram(in()).vxlanFlags(0x88)),
            new LiveRow("6, 7 reserved").receivedByEngine(datagram(in()).vxlanReserved(1))
                .receivedByEngine(datagram(in()).vxlanReserved(0x80_0000))
                .receivedByEngine(datagram(in()).vxlanReservedLast(0x80)),
            new LiveRow("8 mask").segment(s -> s.policy(p -> p.reservedBits(0xff)))
                .receivedByEngine(datagram(in()).vxlanFlags(0x0c))
                .receivedByEngine(datagram(in()).vxlanReservedLast(1)).received(datagram(in())),
            new LiveRow("9, 10 group policy").receivedByEngine(datagram(in()).vxlanFlags(0x88).vxlanReserved(0x64))
                .receivedByEngine(datagram(in()).vxlanReserved(0x64)),
            new LiveRow("11 short").receivedByEngine(outer(FrameSpec.ipv4Udp().payload(new byte[7]))),
            new LiveRow("12, 13 inner length").receivedByEngine(outer(FrameSpec.vxlan().vni(VNI)))
                .receivedByEngine(outer(FrameSpec.vxlan(new byte[13]).vni(VNI)))
                .receivedByEngine(datagram(in().truncate(14)))
                .receivedByEngine(datagram(back(FrameSpec.ethernet(0x88b5))))));
        final LiveRow cut = new LiveRow("14 cut IP header");
        for (final int length : new int[]{15, 33})
        {
            cut.receivedByEngine(datagram(in().truncate(length)));
        }
        cut.received(datagram(in().truncate(34)));
        for (final int length : new int[]{34, 53})
        {
            cut.receivedByEngine(datagram(back(FrameSpec.ipv6Udp()).truncate(length)));
        }
        rows.add(cut.received(datagram(back(FrameSpec.ipv6Udp()).truncate(54))));
        for (final PolicyProfile profile : PolicyProfile.values())
        {
            rows.add(new LiveRow("1 profile " + profile).segment(s -> s.policy(p -> p.profile(profile)))
                .received(datagram(in())).receivedByEngine(datagram(in()).vxlanReserved(1))
                .receivedByEngine(from(C, back(OUT).sourceMac(STRANGER.value())))
                .receivedByEngine(from(C, in())));
        }
        return rows;
    }

    private static List<LiveRow> outerHeaders()
    {
        final byte[] packet = datagram(in()).packet();
        return List.of(
            new LiveRow("15, 16 UDP length").receivedByEngine(datagram(in()).udpLength(400))
                .receivedByEngine(datagram(in()).udpLength(40)).receivedByEngine(datagram(in()).udpLength(0)),
            new LiveRow("17 padding").receivedByEngine(Arrays.copyOf(packet, packet.length + 6)),
            new LiveRow("18, 19 UDP checksum").received(datagram(in()))
                .received(FrameSpec.vxlan(in()).vni(VNI).source(A.address().toString())
                    .destination(Wire.V4).ports(50_000, UDP_PORT))
                .receivedByEngine(datagram(in()).checksum(0x1234)),
            new LiveRow("21 fragments").receivedByEngine(
                datagram(back(FrameSpec.ipv4Udp().payloadLength(900))).fragments(400).toArray(FrameSpec[]::new)),
            new LiveRow("22 another UDP port").receivedByEngine(datagram(in()).destinationPort(4790)),
            new LiveRow("22 another address").receivedByEngine(datagram(in()).destination("10.99.0.77")),
            new LiveRow("22 IPv4 header").receivedByEngine(datagram(in()).badIpChecksum())
                .receivedByEngine(datagram(in()).ipOptions(new byte[]{1, 1, 1, 1}))
                .receivedByEngine(datagram(in()).ipLength(60)).received(datagram(in()).ttl(0))
                .received(datagram(in()).ttl(1)).received(datagram(in()).dontFragment()));
    }

    private static List<LiveRow> sources()
    {
        return List.of(
            new LiveRow("23 source never seen").learning()
                .receivedByEngine(from(C, in().sourceMac(STRANGER.value()))).received(from(C, in().sourceMac(
                    STRANGER.value()))),
            new LiveRow("23 listed").segment(s -> s.policy(p -> p.source(IpPrefix.parse("10.99.0.3/32"))
                .sourcePolicy(SourcePolicy.LISTED)))
                .receivedByEngine(datagram(in())),
            new LiveRow("23 rules that change").received(datagram(in()))
                .then(lane -> lane.change(VNI, rules -> rules.sources(
                    SourcePolicy.LISTED, Set.of(IpPrefix.parse("10.99.0.3/32")))))
                .receivedByEngine(datagram(in())).sent(OUT)
                .then(lane -> lane.change(VNI, rules -> rules.sourcePolicy(SourcePolicy.ANY)))
                .received(datagram(in()))
                .then(lane -> lane.change(VNI, rules -> rules.outer(new OuterContext().ttl(7).tos(0x20)))).sent(OUT)
                .then(lane -> lane.change(VNI, rules -> rules.outer(new OuterContext().ttl(OuterContext.INHERIT))))
                .sentByEngine(OUT).receivedByEngine(datagram(in())),
            new LiveRow("24 source port").received(datagram(in()).sourcePort(53))
                .received(datagram(in()).sourcePort(1)),
            new LiveRow("26 own MAC").receivedByEngine(datagram(in().sourceMac(OWN.value()))),
            new LiveRow("27 destination").received(datagram(in().destinationMac(STRANGER.value())))
                .received(datagram(in().destinationMac(STATION.value())))
                .receivedByEngine(datagram(in().destinationMac(FrameSpec.BROADCAST)))
                .receivedByEngine(datagram(in().destinationMac("01:00:5e:00:00:01"))),
            new LiveRow("28 tag").receivedByEngine(datagram(in().vlan(7))),
            new LiveRow("28 tag stripped").segment(s -> s.policy(p -> p.decapVlan(VlanPolicy.STRIP)))
                .receivedByEngine(datagram(in().vlan(7))).received(datagram(in())),
            new LiveRow("28 tag dropped").segment(s -> s.policy(p -> p.decapVlan(VlanPolicy.DROP)))
                .receivedByEngine(datagram(in().vlan(7))).received(datagram(in())));
    }

    private static List<LiveRow> marks()
    {
        final List<LiveRow> rows = new ArrayList<>();
        for (final EcnPolicy policy : EcnPolicy.values())
        {
            final LiveRow row = new LiveRow("29, 30, 31, 32 marks " + policy)
                .segment(s -> s.policy(p -> p.ecn(policy)));
            for (int inner = 0; inner < 4; inner++)
            {
                for (int outer = 0; outer < 4; outer++)
                {
                    for (final Supplier<FrameSpec> frame : IP.subList(0, 2))
                    {
                        final FrameSpec datagram =
                            datagram(back(frame.get()).tos(0x28 | inner)).tos(0x50 | outer);
                        if ((outer & 1) == 0)
                        {
                            row.received(datagram);
                        }
                        else
                        {
                            row.receivedByEngine(datagram);
                        }
                    }
                }
            }
            rows.add(row);
        }
        rows.add(new LiveRow("33, 34 no IP, and tagged")
            .receivedByEngine(datagram(back(FrameSpec.arpReply("10.9.9.2", "10.9.9.1"))).tos(3))
            .receivedByEngine(datagram(in().tos(2).vlan(7)).tos(3)));
        return rows;
    }

    private static List<LiveRow> learning()
    {
        final FrameSpec stranger = in().sourceMac(STRANGER.value());
        final LiveRow flips = new LiveRow("37 pinned").learning().receivedByEngine(datagram(stranger));
        for (int i = 0; i < 10; i++)
        {
            flips.receivedByEngine(from(i % 2 == 0 ? B : A, stranger));
        }
        return List.of(
            new LiveRow("35, 36 first frame").learning().sentByEngine(OUT.destinationMac(STRANGER.value()))
                .receivedByEngine(datagram(stranger)).received(datagram(stranger))
                .received(datagram(stranger).sourcePort(51_000)).sent(OUT.destinationMac(STRANGER.value())),
            new LiveRow("37 another remote").learning().receivedByEngine(datagram(stranger))
                .receivedByEngine(from(B, stranger)).received(from(B, stranger))
                .sent(OUT.destinationMac(STRANGER.value())).receivedByEngine(datagram(stranger))
                .received(datagram(stranger)).sent(OUT.destinationMac(STRANGER.value())),
            flips.received(datagram(stranger)).receivedByEngine(from(B, stranger)).received(datagram(stranger)),
            new LiveRow("38 source of no station, learning").learning()
                .receivedByEngine(datagram(in().sourceMac("01:00:5e:00:00:01")))
                .receivedByEngine(datagram(in().sourceMac(0))),
            new LiveRow("39 source of no station").receivedByEngine(datagram(in().sourceMac("01:00:5e:00:00:01")))
                .receivedByEngine(datagram(in().sourceMac(0))),
            new LiveRow("40, 41 static entry").learning().received(datagram(in())).receivedByEngine(from(B, in())),
            new LiveRow("40, 41 static entry, not learning").received(datagram(in())).receivedByEngine(from(B, in())),
            new LiveRow("42 dynamic entry").learning()
                .then(lane -> lane.ask(tables -> tables.add(
                    entry(STRANGER, new Vtep(A.address(), 4789)).remoteVni(77).dynamic())))
                .sent(OUT.destinationMac(STRANGER.value())).received(datagram(stranger))
                .sent(OUT.destinationMac(STRANGER.value())).receivedByEngine(from(B, stranger))
                .received(from(B, stranger)).sent(OUT.destinationMac(STRANGER.value())),
            new LiveRow("44, 45 limit").learning().withoutStation().engine(e -> e.fdb(fdb -> fdb.maxEntries(2)))
                .receivedByEngine(datagram(in())).receivedByEngine(datagram(stranger))
                .receivedByEngine(from(B, in().sourceMac("02:00:00:00:00:77")))
                .then(lane -> lane.ask(tables -> tables.add(entry(MacAddress.parse("02:00:00:00:00:88"), C))))
                .sent(OUT.destinationMac("02:00:00:00:00:88")),
            new LiveRow("49 flush").learning().receivedByEngine(datagram(stranger)).received(datagram(stranger))
                .then(lane -> lane.ask(tables -> tables.flush(FdbFilter.ALL.kinds(FdbKind.LEARNED))))
                .sentByEngine(OUT.destinationMac(STRANGER.value())).receivedByEngine(datagram(stranger)),
            new LiveRow("98 replaced").then(lane -> lane.ask(tables -> tables.replace(entry(STATION, B))))
                .sent(OUT).received(from(B, in())).receivedByEngine(datagram(in())),
            new LiveRow("102 deleted").sent(OUT)
                .then(lane -> lane.ask(tables -> tables.delete(new FdbRequest(VNI, STATION, null))))
                .sentByEngine(OUT).receivedByEngine(datagram(in())),
            new LiveRow("97 appended").then(lane -> lane.ask(tables -> tables.append(entry(STATION, B))))
                .sent(OUT).received(datagram(in())).receivedByEngine(from(B, in())));
    }

    private static List<LiveRow> encapsulation()
    {
        final LiveRow plain = new LiveRow("52, 59, 60 by default");
        for (final Supplier<FrameSpec> frame : IP)
        {
            for (int mark = 0; mark < 4; mark++)
            {
                plain.sent(frame.get().tos(0x28 | mark));
            }
        }
        plain.sent(OUT.dontFragment()).sent(OUT.ttl(1)).sent(OUT.truncate(34)).sent(OUT.fragment(0, true))
            .sent(OUT.ipLength(4000)).sent(OUT.badIpChecksum()).sent(OUT.badChecksum())
            .sent(OUT.sourceMac(STRANGER.value())).sent(OUT.sourceMac("01:00:5e:00:00:01")).sent(OUT.sourceMac(0))
            .sent(OUT.sourceMac(STATION.value())).sentByEngine(OUT.ipHeaderWords(4)).sentByEngine(OUT.ipVersion(6));
        final List<LiveRow> rows = new ArrayList<>(List.of(
            plain,
            new LiveRow("55 no IP").sentByEngine(FrameSpec.ethernet(0x88b5, new byte[50])),
            new LiveRow("56, 57 source ports").underlay(u -> u.sourcePorts(50_000, 50_010, 11)).sent(OUT)
                .sent(OUT.sourcePort(7)),
            new LiveRow("61 TOS inherited").segment(s -> s.policy(p ->
                p.outer(new OuterContext().tos(OuterContext.INHERIT)))).sentByEngine(OUT.tos(0xb8)),
            new LiveRow("62 TOS fixed").segment(s -> s.policy(p -> p.outer(new OuterContext().tos(0x20))))
                .sent(OUT.tos(0xb8)).sent(OUT.tos(3)).sent(FrameSpec.ipv6Udp().tos(3)),
            new LiveRow("63 TTL fixed").segment(s -> s.policy(p -> p.outer(new OuterContext().ttl(9)))).sent(OUT),
            new LiveRow("63 TTL inherited").segment(s -> s.policy(p ->
                p.outer(new OuterContext().ttl(OuterContext.INHERIT)))).sentByEngine(OUT.ttl(33)),
            new LiveRow("66 checksum off").underlay(u -> u.checksum(false)).sent(OUT),
            new LiveRow("65 fragmenting underlay").underlay(u -> u.fragment(true)).sentByEngine(OUT)
                .receivedByEngine(datagram(in())),
            new LiveRow("65 fragmenting underlay, DF set").underlay(u -> u.fragment(true)).segment(s -> s.policy(p ->
                p.outer(new OuterContext().dontFragment(DontFragment.SET)))).sent(OUT),
            new LiveRow("75, 76 tag, short").sentByEngine(OUT.vlan(7)).sentByEngine(OUT.truncate(14))
                .sentByEngine(OUT.truncate(33)).sentByEngine(FrameSpec.ipv6Udp().truncate(53))
                .sent(FrameSpec.ipv6Udp().truncate(54))));
        for (final DontFragment bit : DontFragment.values())
        {
            final LiveRow row = new LiveRow("65 DF " + bit).segment(s -> s.policy(p ->
                p.outer(new OuterContext().dontFragment(bit))));
            final boolean isSet = bit == DontFragment.SET || bit == DontFragment.DEFAULT;
            rows.add(isSet ? row.sent(OUT).sent(OUT.dontFragment()) : row.sentByEngine(OUT.dontFragment()));
        }
        return rows;
    }

    private static List<LiveRow> destinations()
    {
        final FrameSpec unknown = OUT.destinationMac(STRANGER.value());
        final FrameSpec broadcast = OUT.destinationMac(FrameSpec.BROADCAST);
        return List.of(
            new LiveRow("68 nowhere to flood").then(lane -> lane.ask(tables -> tables.delete(
                FdbRequest.flood(VNI, A)))).sentByEngine(unknown).sentByEngine(broadcast).sent(OUT),
            new LiveRow("69 three remotes").segment(s -> s.flood(B).flood(C)).sentByEngine(unknown).sent(OUT),
            new LiveRow("70, 71 groups").then(lane -> lane.ask(tables ->
                tables.append(entry(new MacAddress(FrameSpec.BROADCAST), B))))
                .then(lane -> lane.ask(tables -> tables.append(entry(MacAddress.parse("01:00:5e:01:02:03"), C))))
                .sentByEngine(broadcast).sentByEngine(OUT.destinationMac("01:00:5e:01:02:03"))
                .receivedByEngine(from(C, in().sourceMac("01:00:5e:01:02:03"))),
            new LiveRow("72 VNI and port of an entry").then(lane -> lane.ask(tables ->
                tables.add(entry(STRANGER, new Vtep(B.address(), 4789)).remoteVni(77)))).sent(unknown)
                .received(from(B, in().sourceMac(STRANGER.value()))),
            new LiveRow("73 own MAC").sentByEngine(OUT.destinationMac(OWN.value())).then(lane -> lane.ask(tables ->
                tables.add(entry(OWN, B)))).sent(OUT.destinationMac(OWN.value()))
                .receivedByEngine(from(B, in().sourceMac(OWN.value()))),
            new LiveRow("74 no route").then(lane -> lane.ask(tables ->
                tables.add(entry(STRANGER, Vtep.parse("198.51.100.8:8472", 0))))).sentByEngine(unknown),
            new LiveRow("77 remote is this host").then(lane -> lane.ask(tables ->
                tables.add(entry(STRANGER, new Vtep(IpAddress.parse(Wire.V4), UDP_PORT))))).sentByEngine(unknown),
            new LiveRow("109 flooded frame of a remote").segment(s -> s.flood(B))
                .receivedByEngine(datagram(in().destinationMac(FrameSpec.BROADCAST)))
                .received(datagram(in().destinationMac(STRANGER.value()))));
    }

    private static List<LiveRow> lengths()
    {
        final FrameSpec fits = OUT.payloadLength(1_450 - 28);
        final FrameSpec tooLong = OUT.payloadLength(1_450 - 27);
        return List.of(
            new LiveRow("78, 81, 82, 83, 84 the path is narrower than the port").mtu(1500).sent(fits)
                .sentByEngine(tooLong).sentByEngine(tooLong.dontFragment())
                .sent(FrameSpec.ipv6Udp().payloadLength(1_450 - 48))
                .sentByEngine(FrameSpec.ipv6Udp().payloadLength(1_450 - 47)),
            new LiveRow("85 what must not be answered").mtu(1500)
                .sentByEngine(tooLong.dontFragment().sourceMac("01:00:5e:00:00:01"))
                .sentByEngine(tooLong.dontFragment().source("224.0.0.1"))
                .sentByEngine(FrameSpec.ipv4(1, new byte[1_440]).dontFragment())
                .sentByEngine(tooLong.dontFragment().fragment(800, false)),
            new LiveRow("86 MTU of the route").mtu(1500).sent(OUT.payloadLength(1_000)).then(LiveRows::narrowRoute)
                .sentByEngine(OUT.payloadLength(1_000).dontFragment()).sent(OUT.payloadLength(900))
                .then(lane -> Wire.run("ip", "route", "del", A.address() + "/32")));
    }

    private static void narrowRoute(final Lane lane) throws IOException
    {
        Wire.run("ip", "route", "add", A.address() + "/32", "dev", Wire.NEAR, "mtu", "1000");
        lane.readCarried();
    }

    private static List<LiveRow> neighbors()
    {
        final FrameSpec asks = FrameSpec.neighborSolicitation("fd00::1", "fd00::9");
        return List.of(
            new LiveRow("87, 88, 89, 90, 91, 92, 94, 95 proxy").segment(s -> s.policy(p -> p.proxy(true))
                .neighbor(IpAddress.parse("10.0.0.9"), STATION).neighbor(IpAddress.parse("fd00::9"), STATION))
                .sentByEngine(FrameSpec.arpRequest("10.0.0.1", "10.0.0.9"))
                .sentByEngine(FrameSpec.arpRequest("10.0.0.1", "10.0.0.10"))
                .sentByEngine(FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").destinationMac(STATION.value()))
                .sentByEngine(FrameSpec.arpRequest("0.0.0.0", "10.0.0.9"))
                .sentByEngine(FrameSpec.gratuitousArp("10.0.0.1"))
                .sentByEngine(FrameSpec.arpReply("10.0.0.1", "10.0.0.9").destinationMac(STATION.value()))
                .sentByEngine(FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").arpOperation(7))
                .sentByEngine(OUT.destinationMac(FrameSpec.BROADCAST))
                .sentByEngine(asks).sentByEngine(FrameSpec.neighborSolicitation("fd00::1", "fd00::10"))
                .sentByEngine(asks.destinationMac(STATION.value()))
                .sentByEngine(FrameSpec.neighborAdvertisement("fd00::1", "fd00::9").destinationMac(STATION.value()))
                .receivedByEngine(datagram(back(FrameSpec.neighborAdvertisement("fd00::9", "fd00::1"))))
                .receivedByEngine(datagram(back(FrameSpec.arpReply("10.0.0.9", "10.0.0.1"))))
                .sent(FrameSpec.icmpv6EchoRequest()).received(datagram(back(FrameSpec.icmpv6EchoReply()))));
    }

    /** Rows that are not sent live, with the reason. */
    static Map<Integer, String> notLive()
    {
        final Map<Integer, String> reasons = new TreeMap<>();
        put(reasons, "the underlay is IPv6, which the recorded cases send where the fast path has it", 20, 25, 67);
        put(reasons, "a station has no second remote; what contradicts its entry is row 41", 43);
        put(reasons, "it needs the real clock; StationsIT waits for it", 46, 47, 48);
        put(reasons, "it is a setting, and no frame is sent", 50, 79, 80, 105, 106, 107, 108);
        put(reasons, "it is how a table is made; TcProgramTest looks stations up by VNI", 51);
        put(reasons, "source ports may differ between the two ways; TcProgramTest checks the kernel's", 53, 54, 58);
        put(reasons, "a group is no remote of a station, and the underlay of a group has no address of its own", 64);
        put(reasons, "its segment has several ports, so the kernel never carries it", 93);
        put(reasons, "it is an operation, and no frame is sent", 96, 99, 100, 101, 103, 104);
        return reasons;
    }

    private static void put(final Map<Integer, String> reasons, final String reason, final int... rows)
    {
        for (final int row : rows)
        {
            reasons.put(row, reason);
        }
    }
}
