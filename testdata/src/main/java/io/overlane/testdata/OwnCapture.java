// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;

/**
 * A capture of frames that we made: its packets, their purpose, and its pcap file.
 *
 * @param fileName in the folder of captures.
 * @param linkType {@link #ETHERNET} or {@link #RAW_IP}.
 * @param udpPort  the tunnel's port.
 * @param title    one sentence about its content.
 * @param packets  in order, a millisecond apart.
 */
public record OwnCapture(String fileName, int linkType, int udpPort, String title, List<Packet> packets)
{
    /** {@code LINKTYPE_ETHERNET}. */
    public static final int ETHERNET = 1;

    /** {@code LINKTYPE_RAW}: from the IP header on. */
    public static final int RAW_IP = 101;

    /** The verdict on a packet that an endpoint accepts. */
    public static final String DELIVERED = "delivered";

    private static final long START_SECONDS = Instant.parse("2026-11-20T00:00:00Z").getEpochSecond();
    private static final int SNAP_LENGTH = 65_535;
    private static final int FILE_HEADER_LENGTH = 24;
    private static final int PACKET_HEADER_LENGTH = 16;
    private static final int PACKETS_PER_SECOND = 1000;

    /**
     * One packet.
     *
     * @param frame   whole frame.
     * @param missing number of bytes at its end that are not in the capture.
     * @param note    purpose of the packet.
     * @param verdict {@link #DELIVERED}, or the reason for which an endpoint with VNI 1 drops it, as a Linux vxlan
     *                device does if it reports reasons.
     */
    public record Packet(FrameSpec frame, int missing, String note, String verdict)
    {
    }

    /** Copies the list. */
    public OwnCapture
    {
        packets = List.copyOf(packets);
    }

    /**
     * @param index 0 for the first packet.
     * @return the whole packet in the form of the link type.
     */
    public byte[] packet(final int index)
    {
        final FrameSpec frame = packets.get(index).frame();
        return linkType == RAW_IP ? frame.packet() : frame.bytes();
    }

    /** @return the whole pcap file: little-endian, microseconds. */
    public byte[] file()
    {
        int length = FILE_HEADER_LENGTH;
        for (int i = 0; i < packets.size(); i++)
        {
            length += PACKET_HEADER_LENGTH + packet(i).length - packets.get(i).missing();
        }
        final ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xA1B2C3D4).putShort((short)2).putShort((short)4).putInt(0).putInt(0)
            .putInt(SNAP_LENGTH).putInt(linkType);
        for (int i = 0; i < packets.size(); i++)
        {
            final byte[] packet = packet(i);
            final int captured = packet.length - packets.get(i).missing();
            file.putInt((int)START_SECONDS + i / PACKETS_PER_SECOND)
                .putInt(i % PACKETS_PER_SECOND * 1_000_000 / PACKETS_PER_SECOND)
                .putInt(captured)
                .putInt(packet.length)
                .put(packet, 0, captured);
        }
        return file.array();
    }
}
