// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.forwarding.RemoteRecount;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After random operations in random order each remote has as many references as there are entries, flood lists,
 * routes, ports and owners' states that name it.
 */
class RemoteReferencesModelTest
{
    private static final int STEPS = 2_000;
    private static final int VNIS = 3;
    private static final int MAX_REMOTES = 16;
    private static final List<String> OWNERS = List.of("x", "y");

    private final EngineHarness harness = EngineHarness.create();
    private Random random;
    private int ports;
    private int mostReferences;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldCountWhatSegmentsName(final long seed)
    {
        random = new Random(seed);
        try (harness)
        {
            harness.context().maxSegments(VNIS).maxRemotes(MAX_REMOTES).fdb(fdb -> fdb.maxEntries(24));
            harness.launch(new SegmentContext(1).policy(policy -> policy.learning(true)));
            for (int step = 0; step < STEPS; step++)
            {
                stepOfSegments();
                assertRecount("seed " + seed + ", step " + step);
            }
        }
        assertTrue(mostReferences > 4, "remotes were named");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldCountWhatRoutesName(final long seed)
    {
        random = new Random(seed);
        try (harness)
        {
            harness.context().maxRemotes(4).maxRoutes(8);
            harness.launch(new IpNetworkContext());
            for (int step = 0; step < STEPS; step++)
            {
                stepOfRoutes();
                assertRecount("seed " + seed + ", step " + step);
            }
        }
        assertTrue(mostReferences > 2, "remotes were named");
    }

    private void stepOfSegments()
    {
        final int vni = 1 + random.nextInt(VNIS);
        final Segment segment = harness.engine().forwarding().segments().lookup(vni);
        final LocalPort port = segment == null ? null : segment.ports().get(random.nextInt(segment.ports().size()));
        final EngineControl control = harness.engine().control();
        switch (random.nextInt(16))
        {
            case 0 -> harness.engine().segments().add(newSegment(vni));
            case 1 -> harness.engine().segments().remove(random.nextInt(4) == 0 ? vni : VNIS + 1);
            case 2 -> harness.engine().segments().addPort(vni, newPort());
            case 3 -> harness.engine().segments().removePort(vni, port == null ? newPort() : port.port());
            case 4 -> control.apply(OWNERS.get(random.nextInt(OWNERS.size())), stateOfSegments());
            case 5 -> control.operate(tables -> tables.replace(new FdbRequest(vni, mac(), remote())));
            case 6 -> control.operate(
                tables -> tables.replace(vni, mac(), port == null ? newPort() : port.port()));
            case 7 -> control.operate(tables -> tables.delete(new FdbRequest(vni, mac(), null)));
            case 8 -> control.operate(tables -> tables.append(FdbRequest.flood(vni, remote())));
            case 9 -> control.operate(tables -> tables.delete(FdbRequest.flood(vni, remote())));
            case 10, 11, 12 -> control.operate(tables -> operate(tables, vni));
            case 13 -> harness.clock().step(random.nextInt(200), TimeUnit.SECONDS);
            default -> harness.send(remote(), 0, FrameSpec.vxlan(
                FrameSpec.ipv4Udp().sourceMac(mac().value()).bytes()).vni(vni).datagram());
        }
        harness.run();
    }

    private Object operate(final TableOperations tables, final int vni)
    {
        final MacAddress mac = switch (random.nextInt(3))
        {
            case 0 -> FdbRequest.FLOOD_LIST;
            case 1 -> new MacAddress(0x01_00_5E_00_00_01L + random.nextInt(2));
            default -> mac();
        };
        FdbRequest request = new FdbRequest(vni, mac, remote());
        request = random.nextBoolean() ? request : request.remoteVni(1 + random.nextInt(2));
        request = random.nextBoolean() ? request : request.external(random.nextInt(2));
        return switch (random.nextInt(10))
        {
            case 0 -> tables.flush(FdbFilter.ALL.vni(vni));
            case 1 -> tables.delete(new FdbRequest(vni, mac, null));
            case 2, 3 -> tables.delete(request);
            case 4, 5 -> tables.replace(request);
            case 6, 7 -> tables.add(random.nextBoolean() ? request : request.dynamic());
            default -> tables.append(request);
        };
    }

    private void stepOfRoutes()
    {
        final EngineControl control = harness.engine().control();
        switch (random.nextInt(6))
        {
            case 0 -> control.operate(tables -> tables.deleteRoute(prefix()));
            case 1 ->
            {
                final DesiredState state = new DesiredState();
                Stream.generate(this::prefix).limit(random.nextInt(6)).distinct()
                    .forEach(prefix -> state.route(prefix, remote()));
                control.apply(OWNERS.get(random.nextInt(OWNERS.size())), state);
            }
            default -> control.operate(tables -> tables.replaceRoute(prefix(), remote()));
        }
        harness.run();
    }

    private void assertRecount(final String when)
    {
        final int[] counted = RemoteRecount.of(harness.engine().forwarding());
        for (int remote = 0; remote < counted.length; remote++)
        {
            final int references = harness.engine().forwarding().remotes().references(remote);
            assertEquals(counted[remote], references, when + ", remote " + remote);
            mostReferences = Math.max(mostReferences, counted[remote]);
        }
    }

    private SegmentContext newSegment(final int vni)
    {
        final SegmentContext segment = new SegmentContext(vni).port(newPort())
            .policy(policy -> policy.learning(random.nextBoolean()));
        for (int i = random.nextInt(3); i > 0; i--)
        {
            segment.addPort(newPort()).flood(remote());
        }
        return random.nextBoolean() ? segment : segment.fdb(mac(), remote());
    }

    private DesiredState stateOfSegments()
    {
        final DesiredState state = new DesiredState();
        for (int vni = 1; vni <= VNIS; vni++)
        {
            if (random.nextBoolean())
            {
                state.fdb(vni, mac(), remote()).flood(vni, remote()).remote(vni, remote());
            }
        }
        return state;
    }

    private LoopbackPort newPort()
    {
        return new LoopbackPort("p" + ports++, 1450, 8, 2048);
    }

    private MacAddress mac()
    {
        return new MacAddress(0x02_00_00_00_00_00L + random.nextInt(10));
    }

    private IpPrefix prefix()
    {
        return IpPrefix.parse("10.244." + random.nextInt(10) + ".0/" + (random.nextBoolean() ? 24 : 25));
    }

    private Vtep remote()
    {
        final Vtep remote = new Vtep(IpAddress.ofV4(0xC0000210 + random.nextInt(8)), 8472 + random.nextInt(2));
        harness.attach(remote);
        harness.sentTo(remote);
        return remote;
    }
}
