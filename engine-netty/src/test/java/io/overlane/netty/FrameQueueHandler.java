// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps the bytes of the frames that its channel reads. */
final class FrameQueueHandler extends SimpleChannelInboundHandler<ByteBuf>
{
    private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();

    @Override
    protected void channelRead0(final ChannelHandlerContext context, final ByteBuf frame)
    {
        frames.add(ByteBufUtil.getBytes(frame));
    }

    /** The next frame; null if none comes in this time. */
    byte[] take(final long timeoutNs) throws InterruptedException
    {
        return frames.poll(timeoutNs, TimeUnit.NANOSECONDS);
    }
}
