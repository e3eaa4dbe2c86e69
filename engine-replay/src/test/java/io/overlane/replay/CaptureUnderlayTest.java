// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.PcapException;
import io.overlane.pcap.PcapWriter;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** {@link CaptureUnderlay} on captures made for each test. */
class CaptureUnderlayTest
{
    private static final FrameSpec VXLAN = FrameSpec.vxlan(FrameSpec.ipv4Udp().payloadLength(300)).ipId(5);

    private final List<String> told = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final ReceiveBatch batch = new ReceiveBatch(4);

    @Test
    void shouldFeedDatagramsInOrderAndTellOfEveryPacket() throws IOException
    {
        final List<FrameSpec> parts = VXLAN.tos(0x20).fragments(200);
        final CaptureUnderlay underlay = replay(1, capture(
            VXLAN.sourcePort(50000), VXLAN.badChecksum(), parts.get(0), parts.get(1), FrameSpec.ipv4Tcp()));

        assertEquals(1, underlay.poll(batch));
        assertEquals(List.of("1 1000 delivered"), told);
        assertEquals(Hex.of(VXLAN.datagram()), bytes(batch.frame(0)));
        assertEquals(IpAddress.parse("192.0.2.1"), new IpAddress(batch.sourceHigh(0), batch.sourceLow(0)));
        assertEquals(50000, batch.sourcePort(0));
        assertEquals(0, batch.tos(0));
        assertEquals(1000, underlay.timestampNs());

        assertEquals(1, underlay.poll(batch));
        assertEquals(List.of("1 1000 delivered", "2 2000 udp-checksum", "3 3000 fragment", "4 4000 delivered"), told);
        assertEquals(Hex.of(VXLAN.datagram()), bytes(batch.frame(1)));
        assertEquals(0x20, batch.tos(1));
        assertFalse(underlay.isAtEnd());

        assertEquals(0, underlay.poll(batch));
        assertEquals("5 5000 no-socket", told.get(4));
        assertTrue(underlay.isAtEnd());
        assertEquals(0, underlay.poll(batch));
        assertEquals(5, underlay.packetNumber());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldFillABatchUpToItsLimits() throws IOException
    {
        final FrameSpec[] frames = new FrameSpec[7];
        Arrays.setAll(frames, i -> VXLAN.sourcePort(50_000 + i));
        final CaptureUnderlay underlay = replay(3, capture(frames));

        assertEquals(3, underlay.poll(batch));
        batch.clear();
        assertEquals(3, underlay.poll(batch));
        assertEquals(50_005, batch.sourcePort(2));
        assertEquals(1, underlay.poll(batch));
        assertEquals(0, underlay.poll(batch), "the batch is full");
        assertEquals(50_006, batch.sourcePort(3));
    }

    @Test
    void shouldTellOnceOfACaptureThatEndsEarly() throws IOException
    {
        final byte[] capture = capture(VXLAN, VXLAN);
        final CaptureUnderlay underlay = replay(4, Arrays.copyOf(capture, capture.length - 1));

        assertEquals(1, underlay.poll(batch));
        assertEquals(0, underlay.poll(batch));
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).getMessage().startsWith("of-today: packet 2 is cut short"));
        assertTrue(underlay.isAtEnd());
    }

    @Test
    void shouldGiveAwayWhatIsSent() throws IOException
    {
        final List<Integer> sizes = new ArrayList<>();
        final CaptureUnderlay underlay = new CaptureUnderlay(
            reader(capture()), stack(), 1, this::tell, batch -> sizes.add(batch.size()), errors::add);
        final SendBatch sending = new SendBatch(2);
        sending.add(new Frame(new UnsafeBuffer(new byte[8])).wrap(0, 8), 0, IpAddress.v4Low(1), 8472, 0, 0, 0, 0);
        sending.verdict(0, DropReason.UNDERLAY_BUSY);

        underlay.send(sending);

        assertEquals(List.of(1), sizes);
        assertEquals(DropReason.NONE, sending.verdict(0));
        assertEquals(8472, underlay.local().udpPort());
        assertEquals("capture of-today", underlay.description());
    }

    @Test
    void shouldRefuseALinkTypeThatItCannotParse() throws IOException
    {
        final byte[] capture = capture();
        capture[20] = (byte)147;
        final CaptureReader reader = reader(capture);
        assertEquals(
            "of-today: captures of link type 147 " +
                "cannot be replayed (expected Ethernet, raw IP, Linux cooked or BSD loopback)",
            assertThrows(PcapException.class, () -> new CaptureUnderlay(
                reader, stack(), 1, this::tell, batch -> {}, errors::add)).getMessage());
    }

    @Test
    void shouldEndWhenClosed() throws IOException
    {
        final CaptureUnderlay underlay = replay(1, capture(VXLAN));
        underlay.close();
        underlay.close();
        assertEquals(0, underlay.poll(batch));
        assertEquals(List.of(), errors);
    }

    private CaptureUnderlay replay(final int pollLimit, final byte[] capture) throws IOException
    {
        return new CaptureUnderlay(reader(capture), stack(), pollLimit, this::tell, batch -> {}, errors::add);
    }

    private void tell(final long packetNumber, final long timestampNs, final DropReason verdict)
    {
        told.add(packetNumber + " " + timestampNs + " " + verdict);
    }

    private static OuterStack stack()
    {
        return new OuterStack(8472);
    }

    private static CaptureReader reader(final byte[] capture) throws IOException
    {
        return CaptureReader.open(Channels.newChannel(new ByteArrayInputStream(capture)), "of-today");
    }

    private static byte[] capture(final FrameSpec... frames) throws IOException
    {
        final ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (PcapWriter writer = new PcapWriter(
            Channels.newChannel(file), LinkType.ETHERNET, PcapWriter.Resolution.NANOSECONDS, 65_535))
        {
            long timeNs = 0;
            for (final FrameSpec frame : frames)
            {
                final byte[] bytes = frame.bytes();
                timeNs += 1000;
                writer.write(timeNs, new UnsafeBuffer(bytes), 0, bytes.length);
            }
        }
        return file.toByteArray();
    }

    private static String bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return Hex.of(bytes);
    }
}
