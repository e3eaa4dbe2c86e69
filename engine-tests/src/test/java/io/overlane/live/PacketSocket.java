// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A packet socket (packet(7)): it sends raw frames out of a device, and sees the frames that the device receives. It
 * does not see frames that the host sends. The kernel takes a VLAN tag in front off the frames that it shows.
 */
final class PacketSocket implements AutoCloseable
{
    private static final int AF_PACKET = 17;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int ETH_P_ALL = 3;
    private static final long SIOCGIFINDEX = 0x8933;
    // struct ifreq
    private static final int NAME_SIZE = 16;
    // struct sockaddr_ll
    private static final int ADDRESS_SIZE = 20;
    private static final int INDEX_OFFSET = 4;
    private static final int SPACE = 128 * 1024;
    /** struct virtio_net_hdr. */
    private static final int VNET_HEADER = 10;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory = MemoryBuffer.allocate(SPACE, Long.BYTES);
    private final Descriptor descriptor;
    private final String device;

    PacketSocket(final String device) throws IOException
    {
        this.device = device;
        descriptor = new Descriptor(check(libc.socket(
            AF_PACKET, Linux.SOCK_RAW | Linux.O_NONBLOCK | Linux.O_CLOEXEC), "open"));
        set(PACKET_IGNORE_OUTGOING);
        memory.putBytes(0, device.getBytes(StandardCharsets.US_ASCII));
        check(libc.ioctl(descriptor.fd(), SIOCGIFINDEX, memory), "get the index for");
        final int index = memory.getInt(NAME_SIZE);
        memory.setMemory(0, NAME_SIZE + Integer.BYTES, (byte)0);
        memory.putShort(0, (short)AF_PACKET);
        memory.putShort(2, (short)ETH_P_ALL, ByteOrder.BIG_ENDIAN);
        memory.putInt(INDEX_OFFSET, index);
        check(libc.bind(descriptor.fd(), memory, ADDRESS_SIZE), "bind");
    }

    private void set(final int option) throws IOException
    {
        memory.putInt(0, 1);
        check(libc.setsockopt(descriptor.fd(), SOL_PACKET, option, memory, 0, Integer.BYTES), "set an option of");
        memory.putInt(0, 0);
    }

    /** From now on each frame, in both directions, has a header with its offloads in front. */
    PacketSocket withOffloads() throws IOException
    {
        set(PACKET_VNET_HDR);
        return this;
    }

    void send(final byte... frame) throws IOException
    {
        memory.putBytes(0, frame);
        check(libc.write(descriptor.fd(), memory, 0, frame.length), "send " + frame.length + " bytes with");
    }

    /** Send a frame with offloads: a super-frame, or a frame without its checksum. */
    void send(final OffloadHeader header, final byte... frame) throws IOException
    {
        header.put(memory);
        memory.putBytes(VNET_HEADER, frame);
        check(
            libc.write(descriptor.fd(), memory, 0, VNET_HEADER + frame.length), "send " + frame.length + " bytes with");
    }

    /** The next frame that the device received; null if there is none. */
    byte[] receive() throws IOException
    {
        final int length = libc.read(descriptor.fd(), memory, 0, SPACE);
        if (length < 0 && LibC.errno() == Linux.EAGAIN)
        {
            return null;
        }
        check(length, "receive from");
        final byte[] frame = new byte[length];
        memory.getBytes(0, frame);
        return frame;
    }

    private int check(final int result, final String operation) throws IOException
    {
        if (result < 0)
        {
            throw new IOException(
                "cannot " + operation + " the packet socket of " + device + ": " + LibC.describe(LibC.errno()));
        }
        return result;
    }

    @Override
    public void close()
    {
        descriptor.close();
    }

    /** The offloads of a frame, struct virtio_net_hdr. */
    record OffloadHeader(int flags, int gsoType, int headerLength, int gsoSize, int sumStart, int sumOffset)
    {
        static final int NEEDS_CHECKSUM = 1;
        static final int TCP_V4 = 1;
        static final int TCP_V6 = 4;
        static final int UDP_L4 = 5;

        private void put(final MemoryBuffer to)
        {
            to.putByte(0, (byte)flags);
            to.putByte(1, (byte)gsoType);
            to.putShort(2, (short)headerLength);
            to.putShort(4, (short)gsoSize);
            to.putShort(6, (short)sumStart);
            to.putShort(8, (short)sumOffset);
        }
    }
}
