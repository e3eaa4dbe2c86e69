// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.testdata.FrameSpec;

/** Frames between some stations, and the addresses for which they can be delivered. */
final class Frames
{
    static final int BATCH = 64;
    static final int VNI = 1;

    /** Stations that send and receive the frames of a batch. */
    static final int STATIONS = 16;

    static final IpPrefix THERE = IpPrefix.parse("10.5.2.0/24");
    static final IpPrefix HERE = IpPrefix.parse("10.5.1.0/24");

    private static final long FIRST_MAC = 0x0200_0000_0100L;
    private static final int ETHERNET_HEADER_LENGTH = 14;
    private static final int IP_AND_UDP_LENGTH = 28;

    private Frames()
    {
    }

    static MacAddress station(final int index)
    {
        return new MacAddress(FIRST_MAC + index % STATIONS);
    }

    /** An Ethernet frame of {@code length} bytes from one station to another. */
    static byte[] ethernet(final int index, final int length)
    {
        return FrameSpec.ipv4Udp()
            .sourceMac(station(index).value()).destinationMac(station(index + 1).value())
            .payloadLength(length - ETHERNET_HEADER_LENGTH - IP_AND_UDP_LENGTH)
            .bytes();
    }

    /** A packet of {@code length} bytes between hosts of two nodes. */
    static byte[] packet(final int index, final int length, final boolean toUs)
    {
        final String here = "10.5.1." + (1 + index % STATIONS);
        final String there = "10.5.2." + (1 + index % STATIONS);
        return FrameSpec.ipv4Udp()
            .source(toUs ? there : here).destination(toUs ? here : there)
            .payloadLength(length - IP_AND_UDP_LENGTH)
            .packet();
    }

    static FrameSlab slab(final byte[][] contents)
    {
        final FrameSlab slab = new FrameSlab(contents.length, 2048);
        for (int i = 0; i < contents.length; i++)
        {
            final Frame frame = slab.frame(i);
            frame.buffer().putBytes(FrameSlab.HEADROOM, contents[i]);
            frame.wrap(FrameSlab.HEADROOM, contents[i].length);
        }
        return slab;
    }
}
