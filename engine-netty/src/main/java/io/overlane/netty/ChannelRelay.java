// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.UnaryOperator;

/**
 * Writes to another channel what this channel reads. Two channels with a relay to each other are a bridge: while one is
 * not writable, the other does not read, so its frames wait where they come from, and the kernel or the engine drops
 * what does not fit there.
 *
 * <p>The last inbound handler of its channel. The two channels may be on different event loops.
 */
public final class ChannelRelay extends ChannelInboundHandlerAdapter
{
    private final Channel to;
    private final UnaryOperator<Object> convert;

    /**
     * @param to      gets the messages.
     * @param convert makes of a message what the other channel writes, and takes over its reference.
     */
    public ChannelRelay(final Channel to, final UnaryOperator<Object> convert)
    {
        this.to = to;
        this.convert = convert;
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message)
    {
        to.write(convert.apply(message), to.voidPromise());
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context)
    {
        to.flush();
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext context)
    {
        to.config().setAutoRead(context.channel().isWritable());
    }
}
