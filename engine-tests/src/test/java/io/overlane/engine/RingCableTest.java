// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.frame.FrameBatch;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingCable;
import io.overlane.port.RingPort;
import io.overlane.port.RingPortContext;
import io.overlane.port.SlowReader;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.MemoryFabric;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A cable carries frames from one engine to another, and each frame has one fate on both sides. */
class RingCableTest
{
    private static final int MTU = 1400;
    private static final int VNI = 7;
    private static final int OTHER_VNI = 8;
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final RingCable cable = new RingCable("cable", MTU, 16);
    private final EngineHarness one = EngineHarness.create();
    private final EngineHarness two = EngineHarness.create();

    @AfterEach
    void close()
    {
        one.close();
        two.close();
    }

    @Test
    void shouldCarryFramesFromOneTunnelToAnother()
    {
        launch(0);
        final byte[] frame = frame(300);
        one.receive(EngineHarness.A, datagram(frame));
        two.run();

        final List<byte[]> sent = two.sentTo(EngineHarness.B);
        assertEquals(1, sent.size());
        assertArrayEquals(frame, Arrays.copyOfRange(sent.get(0), 8, sent.get(0).length));
        assertEquals(OTHER_VNI, sent.get(0)[6]);
        assertEquals(1, one.decap().delivered());
        assertEquals(1, two.encap().framesIn());
        assertEquals(1, two.encap().delivered());
    }

    @Test
    void shouldLendTheFrameWhereItWasWrittenWithRoomForAHeader()
    {
        final FrameBatch offered = new FrameBatch(4);
        final FrameBatch polled = new FrameBatch(4);
        for (int i = 0; i < 3; i++)
        {
            final int index = i;
            final RingPort source = new RingPort("source", MTU, 4);
            source.send(new byte[]{1, 2, (byte)index});
            source.poll(offered, 1);
        }
        cable.first().offer(offered);
        assertEquals(3, cable.second().poll(polled, 4));
        for (int i = 0; i < 3; i++)
        {
            assertEquals(DropReason.NONE, offered.get(i).verdict());
            assertArrayEquals(new byte[]{1, 2, (byte)i}, EngineHarness.bytes(polled.get(i)));
            assertEquals(RingPort.HEADROOM, polled.get(i).offset());
            polled.get(i).prepend(RingPort.HEADROOM);
            polled.get(i).buffer().setMemory(polled.get(i).offset(), RingPort.HEADROOM, (byte)0xFF);
        }
        for (int i = 0; i < 3; i++)
        {
            assertEquals(i, polled.get(i).buffer().getByte(RingPort.HEADROOM + 2), "no header ran into a frame");
        }
        assertTrue(cable.second().fill() > 0);
        assertEquals(cable.second().fill(), cable.first().fillOut());
        assertEquals(0, cable.first().fill());
    }

    @Test
    void shouldDropWhatTheOtherEngineDoesNotTakeInTime()
    {
        launch(0);
        for (int i = 0; i < 100; i++)
        {
            one.receive(EngineHarness.A, datagram(frame(MTU)));
        }
        two.run();
        assertTrue(one.decap().delivered() >= 16);
        assertEquals(100, one.decap().delivered() + one.decap().dropped(DropReason.PORT_FULL));
        assertEquals(one.decap().delivered(), two.encap().framesIn());
        one.receive(EngineHarness.A, datagram(frame(MTU)));
        two.run();
        assertEquals(one.decap().delivered(), two.encap().framesIn(), "room again");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000L})
    void shouldGoOnWhenTheOtherEngineEnds(final long drainNs)
    {
        launch(drainNs);
        one.receive(EngineHarness.A, datagram(frame(100)));
        two.engine().close();
        one.receive(EngineHarness.A, datagram(frame(100)));

        assertEquals(1, two.encap().framesIn());
        assertEquals(drainNs == 0 ? 1 : 0, two.encap().dropped(DropReason.PORT_CLOSED));
        assertEquals(1, one.decap().delivered());
        assertEquals(1, one.decap().dropped(DropReason.PORT_DOWN));
        assertFalse(cable.first().isClosed());
        assertTrue(cable.second().isClosed());
    }

    @Test
    void shouldCarryWhatAnEngineOfferedBeforeItEnded()
    {
        launch(0);
        one.receive(EngineHarness.A, datagram(frame(100)));
        one.engine().close();
        two.run();
        assertEquals(1, two.encap().delivered());
        assertEquals(1, two.sentTo(EngineHarness.B).size());
    }

    @Test
    void shouldRefuseAPolicyForApplications()
    {
        final String message = assertThrows(IllegalArgumentException.class, () ->
            new RingCable(new RingPortContext().slowReader(SlowReader.BLOCK))).getMessage();
        assertTrue(message.contains("slowReader=BLOCK"), message);
    }

    /** The second engine ends while frames come; what one counted as delivered, the other counted as having come in. */
    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldAddUpOnBothSidesOfThreads(final ThreadingMode mode)
    {
        final MemoryFabric fabric = new MemoryFabric(SystemNanoClock.INSTANCE, 1500, 64);
        final RingPort source = new RingPort("source", MTU, 64);
        try (OverlayEngine first = OverlayEngine.launch(new EngineContext()
            .underlay(fabric.attach(EngineHarness.A))
            .threadingMode(mode)
            .segment(new SegmentContext(VNI).port(source).addPort(cable.first()))))
        {
            final OverlayEngine second = OverlayEngine.launch(new EngineContext()
                .underlay(fabric.attach(EngineHarness.LOCAL))
                .threadingMode(mode)
                .segment(segment(OTHER_VNI).port(cable.second())));
            int sent = 0;
            for (int i = 0; i < 20_000; i++)
            {
                if (i == 10_000)
                {
                    second.close();
                }
                final int index = source.claim(100, Long.MAX_VALUE);
                source.buffer().putBytes(index, frame(100));
                sent += source.commit(index) ? 1 : 0;
            }
            first.close(60_000_000_000L);
            assertEquals(20_000, sent);
            assertEquals(sent, first.counters().encap().framesIn());
            assertEquals(sent, first.counters().encap().delivered() + first.counters().encap().dropped());
            assertTrue(first.counters().encap().dropped(DropReason.PORT_DOWN) > 0);
            assertTrue(second.counters().encap().framesIn() > 0);
            assertEquals(first.counters().encap().delivered(), second.counters().encap().framesIn());
            assertEquals(second.counters().encap().framesIn(),
                second.counters().encap().delivered() + second.counters().encap().dropped());
        }
    }

    private void launch(final long drainNs)
    {
        one.context().segment(new SegmentContext(VNI).flood(EngineHarness.A).port(cable.first()));
        one.launch();
        one.attach(EngineHarness.A);
        two.context().drainNs(drainNs).segment(segment(OTHER_VNI).port(cable.second()));
        two.launch();
        two.attach(EngineHarness.B);
    }

    private static SegmentContext segment(final int vni)
    {
        return new SegmentContext(vni).fdb(PEER_MAC, EngineHarness.B);
    }

    private static byte[] frame(final int length)
    {
        final byte[] start = FrameSpec.ipv4Udp().destinationMac(PEER_MAC.value()).bytes();
        start[12] = (byte)0x88;
        start[13] = (byte)0xB5;
        return Arrays.copyOf(start, length);
    }

    private static byte[] datagram(final byte[] frame)
    {
        final byte[] datagram = new byte[8 + frame.length];
        datagram[0] = 8;
        datagram[6] = VNI;
        System.arraycopy(frame, 0, datagram, 8, frame.length);
        return datagram;
    }
}
