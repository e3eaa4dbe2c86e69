// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.overlane.address.Vtep;
import io.overlane.netty.ChannelRelay;
import io.overlane.netty.TapChannel;
import io.overlane.netty.VxlanFrame;
import io.overlane.netty.VxlanFrameDecoder;
import io.overlane.netty.VxlanFrameEncoder;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import java.net.InetSocketAddress;

/** Carries the frames of a TAP device in VXLAN to one peer, on a Netty event loop and without an engine. */
public final class NettyBridge
{
    private NettyBridge()
    {
    }

    public static void main(final String[] args) throws Exception
    {
        if (args.length < 4)
        {
            System.err.println("usage: NettyBridge LOCAL[:PORT] PEER[:PORT] VNI DEVICE");
            System.exit(1);
        }
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, args[3]).vnetHeaderLength(0));
        device.mtu(1450);
        final Channel network = bridge(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()),
            new TapChannel(device), Integer.parseInt(args[2]), Vtep.parse(args[0], 4789), Vtep.parse(args[1], 4789));
        System.out.println("frames of " + args[3] + " go to " + args[1]);
        network.closeFuture().sync();
    }

    static Channel bridge(final EventLoopGroup loops, final Channel port, final int vni,
        final Vtep local, final Vtep peer) throws InterruptedException
    {
        final Channel network = new Bootstrap().group(loops).channel(EpollDatagramChannel.class)
            .option(ChannelOption.AUTO_READ, false).handler(new VxlanFrameEncoder())
            .bind(local.address().toInetAddress(), local.udpPort()).sync().channel();
        network.pipeline().addLast(new VxlanFrameDecoder(id -> id == vni, 0));
        network.pipeline().addLast(new ChannelRelay(port, frame -> ((VxlanFrame)frame).content()));
        final InetSocketAddress to = new InetSocketAddress(peer.address().toInetAddress(), peer.udpPort());
        port.pipeline().addLast(new ChannelRelay(network, frame -> new VxlanFrame(vni, to, (ByteBuf)frame)));
        loops.register(port).sync();
        network.config().setAutoRead(true);
        port.closeFuture().addListener(closed -> network.close());
        return network;
    }
}
