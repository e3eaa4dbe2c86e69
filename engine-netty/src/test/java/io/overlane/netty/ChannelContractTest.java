// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.overlane.port.Port;
import io.overlane.port.RingPort;
import io.overlane.testkit.PortContract;
import java.util.concurrent.TimeUnit;

/** A port of an application on Netty: the far side is a {@link PortChannel}. */
class ChannelContractTest extends PortContract
{
    private final FrameQueueHandler received = new FrameQueueHandler();
    private EventLoopGroup loops;
    private Channel channel;

    @Override
    protected Port open() throws InterruptedException
    {
        final RingPort port = new RingPort("app", 1450, 64);
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        channel = new Bootstrap().group(loops).channelFactory(() -> new PortChannel(port)).handler(received)
            .register().sync().channel();
        return port;
    }

    @Override
    protected void send(final byte[] frame) throws InterruptedException
    {
        channel.writeAndFlush(Unpooled.wrappedBuffer(frame)).sync();
    }

    @Override
    protected byte[] receive(final long timeoutNs) throws InterruptedException
    {
        return received.take(timeoutNs);
    }

    @Override
    protected void closeFarSide() throws InterruptedException
    {
        if (channel.isOpen())
        {
            channel.close().sync();
        }
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
}
