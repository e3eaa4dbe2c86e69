// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.LinkType;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;

/** Frames of our own given to an {@link OuterStack}, from memory that ends where they end. */
final class Packets
{
    private Packets()
    {
    }

    static DropReason receive(final OuterStack stack, final FrameSpec frame)
    {
        return receive(stack, frame, 0);
    }

    static DropReason receive(final OuterStack stack, final FrameSpec frame, final long timestampNs)
    {
        final byte[] bytes = frame.bytes();
        return receive(stack, bytes, bytes.length, timestampNs);
    }

    /** The first {@code captured} bytes of a longer packet. */
    static DropReason receiveCut(final OuterStack stack, final byte[] bytes, final int captured)
    {
        final byte[] part = new byte[captured];
        System.arraycopy(bytes, 0, part, 0, captured);
        return receive(stack, part, bytes.length, 0);
    }

    static DropReason receive(
        final OuterStack stack, final byte[] captured, final long originalLength, final long timestampNs)
    {
        return receive(stack, LinkType.ETHERNET, captured, originalLength, timestampNs);
    }

    static DropReason receive(
        final OuterStack stack,
        final int linkType,
        final byte[] captured,
        final long originalLength,
        final long timestampNs)
    {
        return stack.receive(
            linkType, new MemoryBuffer(captured), 0, captured.length, originalLength, timestampNs);
    }

    static String payload(final OuterStack stack)
    {
        final OuterDatagram datagram = stack.datagram();
        final byte[] payload = new byte[datagram.length()];
        datagram.buffer().getBytes(datagram.offset(), payload);
        return Hex.of(payload);
    }
}
