// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_10;
import static io.overlane.gateway.GatewayLab.HOST_20;
import static io.overlane.gateway.GatewayLab.RED;
import static io.overlane.gateway.GatewayLab.packet;
import static io.overlane.gateway.GatewayLab.routed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.DesiredState;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.RingFrames;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.routing.Gateway;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A gateway with a port in one segment and a remote in the other, on threads of its own. */
class ThreadedGatewayTest
{
    private static final int FRAMES = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldFindStationsOnBothSidesAndRouteBetweenThem(final ThreadingMode mode) throws Exception
    {
        final RingPort port10 = new RingPort("ten", 1450, 64);
        final RingPort port20 = new RingPort("twenty", 1450, 64);
        final OverlayEngine gateway = launch(mode, new SegmentContext(10).port(port10), new SegmentContext(20)
            .gateway(Gateway.of(RED, "10.2.0.1/24")));
        final OverlayEngine bridge = launch(mode, new SegmentContext(20).port(port20));
        final FrameSpec there = packet();
        final FrameSpec back = packet().sourceMac(HOST_20).source("10.2.0.20").destination("10.1.0.10");
        try
        {
            assertTimeoutPreemptively(PATIENCE, () ->
            {
                // The gateway of segment 10 comes while the engine runs.
                gateway.control().apply("test", new DesiredState()
                    .gateway(10, Gateway.of(RED, "10.1.0.1/24"))
                    .flood(20, bridge.local())
                    .fdb(20, new MacAddress(HOST_20), bridge.local())).get();
                bridge.control().apply("test", new DesiredState()
                    .fdb(20, new MacAddress(GATEWAY), gateway.local())).get();
                RingFrames.put(port10, there.bytes());
                assertEquals(FrameSpec.arpRequest("10.2.0.1", "10.2.0.20").bytes().length,
                    RingFrames.take(port20).length);
                RingFrames.put(port20, reply("10.2.0.20", HOST_20, "10.2.0.1"));
                assertArrayEquals(routed(there, HOST_20).bytes(), RingFrames.take(port20));
                RingFrames.put(port20, back.bytes());
                RingFrames.take(port10);
                RingFrames.put(port10, reply("10.1.0.10", HOST_10, "10.1.0.1"));
                assertArrayEquals(routed(back, HOST_10).bytes(), RingFrames.take(port10));
                for (int i = 0; i < FRAMES; i++)
                {
                    RingFrames.put(port10, there.bytes());
                    assertArrayEquals(routed(there, HOST_20).bytes(), RingFrames.take(port20));
                    RingFrames.put(port20, back.bytes());
                    assertArrayEquals(routed(back, HOST_10).bytes(), RingFrames.take(port10));
                }
            });
        }
        finally
        {
            gateway.close();
            bridge.close();
        }
        assertSums(gateway.counters().encap());
        assertSums(gateway.counters().decap());
        assertEquals(List.of(), List.copyOf(errors));
    }

    private static byte[] reply(final String address, final long mac, final String asker)
    {
        return FrameSpec.arpReply(address, asker).sourceMac(mac).senderMac(mac)
            .destinationMac(GATEWAY).targetMac(GATEWAY).bytes();
    }

    private OverlayEngine launch(final ThreadingMode mode, final SegmentContext... segments) throws IOException
    {
        final EngineContext context = new EngineContext()
            .underlay(NioUnderlay.open(
                new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add)))
            .threadingMode(mode)
            .errorHandler(errors::add);
        for (final SegmentContext segment : segments)
        {
            // The engines have one address and two UDP ports, so they must not learn where stations are.
            context.segment(segment.policy(policy -> policy.learning(false)));
        }
        return OverlayEngine.launch(context);
    }

    private static void assertSums(final PathCounters path)
    {
        assertEquals(path.framesIn(), path.delivered() + path.answered() + path.dropped() + path.held());
    }
}
