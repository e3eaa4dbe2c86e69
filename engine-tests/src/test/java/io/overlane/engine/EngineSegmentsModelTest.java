// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After random changes in random order every frame has one fate, and in the end no resource is left. */
class EngineSegmentsModelTest
{
    private static final int STEPS = 3_000;
    private static final int VNIS = 5;
    private static final List<String> OWNERS = List.of("x", "y");

    private Random random;
    private EngineHarness harness;
    private int ports;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldHoldNothingWhenAllIsGone(final long seed)
    {
        random = new Random(seed);
        try (EngineHarness engine = EngineHarness.create())
        {
            harness = engine;
            harness.context().maxSegments(4).maxRemotes(24).fdb(fdb -> fdb.maxEntries(32)).maxNeighbors(16);
            harness.launch(new SegmentContext(1).policy(p -> p.learning(true)));
            for (int step = 0; step < STEPS; step++)
            {
                final CompletableFuture<?> asked = step();
                if (random.nextInt(4) > 0)
                {
                    harness.run();
                    assertAnswered(asked);
                }
                harness.engine().forwarding().segments().all().forEach(this::empty);
            }
            harness.run();
            OWNERS.forEach(owner -> harness.engine().control().apply(owner, new DesiredState()));
            segments().all().forEach(segment -> segments().remove(segment.vni()));
            harness.run();
            assertTrue(harness.encap().delivered() > 50 && harness.encap().switched() > 0, "frames went");
            assertTrue(harness.decap().delivered() > 50, "frames came");
        }
        assertEquals(0, segments().all().size());
        assertEquals(0, harness.engine().snapshot().tables().fdb());
        assertEquals(0, harness.engine().snapshot().tables().neighbors());
        assertEquals(0, harness.engine().snapshot().tables().remotes());
    }

    private CompletableFuture<?> step()
    {
        final int vni = 1 + random.nextInt(VNIS);
        final Segment segment = harness.engine().forwarding().segments().lookup(vni);
        final Port anyPort = segment == null ? harness.port() : segment.ports().get(
            random.nextInt(segment.ports().size())).port();
        return switch (random.nextInt(20))
        {
            case 0 -> segments().add(newSegment(vni));
            case 1 -> random.nextInt(3) == 0 ? segments().remove(vni) : null;
            case 2 -> segments().addPort(vni, newPort());
            case 3 -> segments().removePort(vni, anyPort);
            case 4 -> harness.engine().control().apply(OWNERS.get(random.nextInt(OWNERS.size())), state());
            case 5 -> harness.engine().control().operate(
                tables -> tables.replace(new FdbRequest(vni, mac(), remote())));
            case 6 -> harness.engine().control().operate(tables -> tables.replace(vni, mac(), anyPort));
            case 7, 8 -> harness.engine().control().operate(tables -> tables.delete(new FdbRequest(vni, mac(), null)));
            case 9 -> random.nextBoolean() ?
                harness.engine().control().operate(tables -> tables.append(FdbRequest.flood(vni, remote()))) :
                harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(vni, remote())));
            case 10 -> random.nextBoolean() ?
                harness.engine().control().operate(tables -> tables.replaceNeighbor(vni, address(), mac())) :
                harness.engine().control().operate(tables -> tables.deleteNeighbor(vni, address()));
            case 11 ->
            {
                harness.clock().step(random.nextInt(40), TimeUnit.SECONDS);
                yield null;
            }
            case 12, 13 ->
            {
                harness.send(remote(), 0, FrameSpec.vxlan(frame()).vni(vni).datagram());
                yield null;
            }
            default ->
            {
                ((LoopbackPort)anyPort).put(
                    random.nextInt(20) == 0 ? FrameSpec.ipv4Udp().payloadLength(1500).bytes() : frame());
                yield null;
            }
        };
    }

    /** The engine refuses only changes that contradict its state, with an error of one line. */
    private static void assertAnswered(final CompletableFuture<?> asked)
    {
        if (asked != null && asked.isCompletedExceptionally())
        {
            final Throwable cause = assertThrows(CompletionException.class, asked::join).getCause();
            assertInstanceOf(IllegalArgumentException.class, cause);
            assertTrue(cause.getMessage().matches("[^\n]+"));
        }
    }

    private SegmentContext newSegment(final int vni)
    {
        final SegmentContext segment = new SegmentContext(vni)
            .port(newPort()).policy(p -> p.learning(random.nextBoolean()));
        for (int i = random.nextInt(3); i > 0; i--)
        {
            segment.addPort(newPort()).flood(remote());
            final IpAddress address = address();
            segment.neighbor(address, segment.neighbors().getOrDefault(address, mac()));
        }
        return random.nextBoolean() ? segment : segment.fdb(mac(), remote());
    }

    private DesiredState state()
    {
        final DesiredState state = new DesiredState();
        for (int vni = 1; vni <= VNIS; vni++)
        {
            if (random.nextBoolean())
            {
                state.fdb(vni, mac(), remote()).flood(vni, remote()).remote(vni, remote())
                    .neighbor(vni, address(), mac());
            }
        }
        return state;
    }

    private byte[] frame()
    {
        final MacAddress to = random.nextInt(4) == 0 ? new MacAddress(MacAddress.BROADCAST) : mac();
        final FrameSpec frame = FrameSpec.ipv4Udp().sourceMac(mac().value()).destinationMac(to.value());
        return switch (random.nextInt(12))
        {
            case 0 -> frame.truncate(random.nextInt(40)).bytes();
            case 1 -> frame.sourceMac(random.nextLong() & 0xFFFF_FFFF_FFFFL).bytes();
            default -> frame.bytes();
        };
    }

    private LoopbackPort newPort()
    {
        return new LoopbackPort("p" + ports++, 1450, 8, 2048);
    }

    private MacAddress mac()
    {
        return new MacAddress(0x02_00_00_00_00_00L + random.nextInt(12));
    }

    private IpAddress address()
    {
        return IpAddress.ofV4(0x0A000000 + random.nextInt(6));
    }

    private Vtep remote()
    {
        final Vtep remote = new Vtep(IpAddress.ofV4(0xC0000210 + random.nextInt(6)), 8472);
        harness.attach(remote);
        harness.sentTo(remote);
        return remote;
    }

    private void empty(final Segment segment)
    {
        for (final LocalPort port : segment.ports().all())
        {
            final LoopbackPort loopback = (LoopbackPort)port.port();
            while (random.nextInt(8) > 0 && loopback.take() != null)
            {
                // Some frames stay.
            }
        }
    }

    private EngineSegments segments()
    {
        return harness.engine().segments();
    }
}
