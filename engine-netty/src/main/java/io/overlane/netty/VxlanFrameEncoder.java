// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.overlane.wire.VxlanHeader;

/**
 * Makes a {@link DatagramPacket} of each {@link VxlanFrame} and sends it to the frame's remote. Other messages pass.
 *
 * <p>No byte of the frame is copied here. The header is written in front of the frame if the frame has 8 bytes there
 * and nobody else holds a reference to its buffer, as with frames from a {@link TapChannel} or {@link PortChannel};
 * otherwise the packet is a composite buffer of header and frame. Netty's epoll channel sends that from where its parts
 * lie, its NIO channel copies it.
 *
 * <p>A handler of frames therefore writes a {@code VxlanFrame}. A {@link ByteBuf} has no remote: it passes, and the
 * channel fails its promise unless it is connected.
 *
 * <p>The outer source port is the channel's own. One encoder serves any number of channels.
 */
@ChannelHandler.Sharable
public final class VxlanFrameEncoder extends ChannelOutboundHandlerAdapter
{
    @Override
    public void write(final ChannelHandlerContext context, final Object message, final ChannelPromise promise)
    {
        if (message instanceof VxlanFrame frame)
        {
            context.write(new DatagramPacket(encode(context, frame), frame.remote()), promise);
        }
        else
        {
            context.write(message, promise);
        }
    }

    /** The datagram takes over the frame's reference. */
    private static ByteBuf encode(final ChannelHandlerContext context, final VxlanFrame frame)
    {
        final ByteBuf bytes = frame.content();
        final int from = bytes.readerIndex() - VxlanHeader.LENGTH;
        if (from >= 0 && bytes.refCnt() == 1 && !bytes.isReadOnly())
        {
            return bytes.setLong(from, VxlanHeader.wordOf(frame.vni())).readerIndex(from);
        }
        final ByteBuf header = context.alloc().directBuffer(VxlanHeader.LENGTH, VxlanHeader.LENGTH);
        header.writeLong(VxlanHeader.wordOf(frame.vni()));
        return context.alloc().compositeDirectBuffer(2).addComponents(true, header, bytes);
    }
}
