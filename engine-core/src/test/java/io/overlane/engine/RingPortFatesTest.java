package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.port.RingPort;
import io.overlane.port.VlanTrunk;
import io.overlane.segment.IpNetworkContext;
import io.overlane.segment.SegmentContext;
import io.overlane.segment.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every frame that an application hands to its port has one fate in the engine. */
class RingPortFatesTest
{
    private static final int MTU = 1400;
    private static final int VNI = 7;
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:02");

    private final EngineHarness harness = EngineHarness.create();
    private final RingPort port =
        new RingPort("app", MTU, 64, TimeUnit.SECONDS.toNanos(2), harness.clock());

    @AfterEach
    void close()
    {
        harness.close();
    }

    @ParameterizedTest
    @EnumSource(VlanPolicy.class)
    void shouldCountAnAbandonedClaimAndCarryWhatIsBehindIt(final VlanPolicy encapVlan)
    {
        harness.context().segment(segment().port(port).encapVlan(encapVlan));
        harness.launch();
        harness.attach(EngineHarness.A);
        final int dead = port.tryClaim(200);
        port.buffer().putBytes(dead, tagged(1, 100));
        assertTrue(port.tryClaim(10) > 0, "another, shorter than any frame");
        RingFrames.put(port, frame(100));
        harness.run();
        assertEquals(0, harness.sentTo(EngineHarness.A).size(), "held up");

        harness.clock().step(2, TimeUnit.SECONDS);
        harness.run();

        assertEquals(1, harness.sentTo(EngineHarness.A).size());
        assertEquals(3, harness.encap().framesIn());
        assertEquals(1, harness.encap().delivered());
        assertEquals(2, harness.encap().dropped(DropReason.CLAIM_ABANDONED));
        assertEquals(2, EngineHarness.ledger(harness.encap(), DropReason.CLAIM_ABANDONED, VNI, null));
        assertFalse(port.commit(dead));
        RingFrames.put(port, frame(100));
        harness.run();
        assertEquals(2, harness.encap().delivered());
        assertEquals(4, harness.encap().framesIn());
    }

    @Test
    void shouldCountAnAbandonedClaimOfAnIpNetwork()
    {
        harness.context().ipNetwork(network());
        harness.launch();
        port.tryClaim(200);
        harness.run();
        harness.clock().step(2, TimeUnit.SECONDS);
        harness.run();
        assertEquals(1, harness.encap().framesIn());
        assertEquals(1, harness.encap().dropped(DropReason.CLAIM_ABANDONED));
    }

    @ParameterizedTest
    @CsvSource({"0, 14", "1, 18", "2, 18"})
    void shouldCarryTheLongestFrameOfEachKindAndNoLonger(final int tags, final int overhead)
    {
        harness.context().segment(segment().port(port));
        harness.launch();
        harness.attach(EngineHarness.A);
        final int longest = tags == 0 ? port.maxFrameLength() : port.maxTaggedFrameLength();
        assertEquals(MTU + overhead, longest);

        RingFrames.put(port, tagged(tags, longest));
        harness.run();

        assertEquals(1, harness.encap().delivered());
        assertEquals(8 + longest, harness.sentTo(EngineHarness.A).get(0).length);
        if (longest == port.maxTaggedFrameLength())
        {
            assertEquals(RingPort.TOO_LONG, port.tryClaim(longest + 1));
            return;
        }
        for (int length = longest + 1; length <= port.maxTaggedFrameLength(); length++)
        {
            RingFrames.put(port, tagged(tags, length));
            harness.run();
        }
        assertEquals(4, harness.encap().dropped(DropReason.OVERSIZE));
    }

    @Test
    void shouldCarryTheLongestTaggedFrameOfATrunk()
    {
        harness.context().segment(segment().port(new VlanTrunk(port, 64).vlan(10)));
        harness.launch();
        harness.attach(EngineHarness.A);
        final byte[] frame = tagged(1, port.maxTaggedFrameLength());
        frame[15] = 10;
        RingFrames.put(port, frame);
        harness.run();
        assertEquals(8 + port.maxFrameLength(), harness.sentTo(EngineHarness.A).get(0).length);
    }

    @Test
    void shouldCarryTheLongestPacketOfAnIpNetworkAndNoLonger()
    {
        harness.context().ipNetwork(network());
        harness.launch();
        harness.attach(EngineHarness.A);
        RingFrames.put(port, packet(MTU));
        harness.run();
        assertEquals(MTU, harness.sentTo(EngineHarness.A).get(0).length);
        RingFrames.put(port, packet(MTU + 1));
        harness.run();
        assertEquals(1, harness.encap().dropped(DropReason.OVERSIZE));
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(VNI).fdb(PEER_MAC, EngineHarness.A);
    }

    private IpNetworkContext network()
    {
        return new IpNetworkContext().port(port).route(IpPrefix.parse("10.0.0.0/8"), EngineHarness.A);
    }

    private static byte[] frame(final int length)
    {
        final byte[] start = FrameSpec.ipv4Udp().destinationMac(PEER_MAC.value()).bytes();
        final byte[] frame = new byte[length];
        System.arraycopy(start, 0, frame, 0, Math.min(start.length, length));
        return frame;
    }

    /** No IP header behind the tags: that an IP packet's length is less would be padding. */
    private static byte[] tagged(final int tags, final int length)
    {
        final byte[] frame = frame(length);
        for (int i = 0; i < tags; i++)
        {
            frame[12 + 4 * i] = (byte)0x81;
            frame[13 + 4 * i] = 0;
            frame[14 + 4 * i] = 0;
            frame[15 + 4 * i] = 5;
        }
        frame[12 + 4 * tags] = (byte)0x88;
        frame[13 + 4 * tags] = (byte)0xB5;
        return frame;
    }

    private static byte[] packet(final int length)
    {
        final byte[] payload = new byte[length - 20];
        final byte[] frame = FrameSpec.ipv4(253, payload).destination("10.1.2.3").bytes();
        final byte[] packet = new byte[length];
        System.arraycopy(frame, 14, packet, 0, length);
        return packet;
    }
}
