// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.function.UnaryOperator;

/** Sends each UDP datagram over IPv4 back: the frame with the addresses of each layer exchanged. Drops all else. */
final class Echo extends SimpleChannelInboundHandler<ByteBuf>
{
    private static final int IPV4 = 20;

    private final int ip;
    private final UnaryOperator<ByteBuf> change;

    /**
     * @param ip     offset of the IP header: 14, or 0 for a TUN device.
     * @param change makes the frame to write from the one that was received, and takes its reference.
     */
    Echo(final int ip, final UnaryOperator<ByteBuf> change)
    {
        this.ip = ip;
        this.change = change;
    }

    @Override
    protected void channelRead0(final ChannelHandlerContext context, final ByteBuf frame)
    {
        final int start = frame.readerIndex();
        final int header = start + ip;
        if (frame.readableBytes() > ip + IPV4 + 8 && frame.getByte(header) == 0x45 && frame.getByte(header + 9) == 17)
        {
            if (ip > 0)
            {
                exchange(frame, start, 6);
            }
            exchange(frame, header + 12, 4);
            exchange(frame, header + IPV4, 2);
            context.write(change.apply(frame.retain()));
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context)
    {
        context.flush();
    }

    private static void exchange(final ByteBuf frame, final int offset, final int length)
    {
        for (int i = offset; i < offset + length; i++)
        {
            final byte first = frame.getByte(i);
            frame.setByte(i, frame.getByte(i + length));
            frame.setByte(i + length, first);
        }
    }
}
