// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.netty.PortChannel;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.testdata.FreePorts;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example's bridge with a port of an engine instead of a device, so without root. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NettyBridgeTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final byte[] FRAME = new byte[200];

    static
    {
        Arrays.fill(FRAME, (byte)7);
        final byte[] header = {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 1, (byte)0x88, (byte)0xB5};
        System.arraycopy(header, 0, FRAME, 0, header.length);
    }

    /** near and joint are ports of one engine, far is one of another; the bridge joins joint to that engine. */
    @Test
    void shouldJoinAnEngineOverVxlan() throws Exception
    {
        assumeTrue(Epoll.isAvailable(), "no epoll here");
        final RingPort near = new RingPort("near", 1450, 64);
        final RingPort joint = new RingPort("joint", 1450, 64);
        final RingPort far = new RingPort("far", 1450, 64);
        final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        final Underlay farEnd = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0));
        final Vtep bridged = new Vtep(LOOPBACK, FreePorts.take(1));
        NettyBridge.bridge(loops, new PortChannel(joint), 42, bridged, farEnd.local());
        try (OverlayEngine here = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0)))
            .segment(new SegmentContext(1).port(near).addPort(joint)));
            OverlayEngine there = OverlayEngine.launch(new EngineContext()
                .underlay(farEnd)
                .segment(new SegmentContext(42).port(far).flood(bridged))))
        {
            assertTrue(here.isRunning() && there.isRunning());
            assertPasses(near, far);
            assertPasses(far, near);
        }
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    private static void assertPasses(final RingPort from, final RingPort to)
    {
        assertEquals(RingPort.SENT, from.send(FRAME));
        final byte[][] got = new byte[1][];
        while (got[0] == null && to.awaitFrames(TimeUnit.SECONDS.toNanos(30)))
        {
            to.poll((buffer, offset, length) ->
            {
                got[0] = new byte[length];
                buffer.getBytes(offset, got[0]);
            }, 1);
        }
        assertArrayEquals(FRAME, got[0]);
    }
}
