// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static io.overlane.netty.NetworkNamespace.run;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.overlane.port.Port;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.PortContract;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.File;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A port on a TAP device; the far side is a {@link TapChannel} in the same bridge of the kernel. */
@InNamespace
class ChannelContractIT extends PortContract
{
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final FrameQueueHandler received = new FrameQueueHandler();
    private EventLoopGroup loops;
    private Channel channel;

    @Override
    protected Port open() throws Exception
    {
        assumeTrue(new File("/dev/net/tun").canWrite(), "no /dev/net/tun here");
        NetworkNamespace.prepare();
        run("ip link add br0 up type bridge mcast_snooping 0");
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, "vx0"));
        device.mtu(1450);
        device.up(true);
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        channel = new Bootstrap().group(loops).channel(TapChannel.class).option(TapChannelOption.MTU, 1450)
            .handler(received).bind(new DeviceAddress("far0")).sync().channel();
        run("ip link set vx0 master br0");
        run("ip link set far0 master br0");
        return new TunPort(device, errors::add);
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
    protected void closeFarSide() throws Exception
    {
        if (channel != null)
        {
            channel.close().sync();
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            run("ip link delete br0");
            assertTrue(errors.isEmpty(), errors::toString);
        }
    }
}
