// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static io.overlane.netty.NetworkNamespace.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.overlane.status.DropReason;
import io.overlane.testkit.InNamespace;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A TAP device and VXLAN on a Netty event loop, against the kernel's own vxlan device in another namespace. */
@InNamespace
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VxlanBridgeIT
{
    private static final int VNI = 42;
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.1", 4789);
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.2", 4789);
    private static final long PATIENCE_S = 20;

    private final VxlanFrameDecoder decoder = new VxlanFrameDecoder(vni -> vni == VNI, 0);
    private Process other;
    private EventLoopGroup loops;
    private EventLoopGroup nioLoops;

    @BeforeEach
    void prepare() throws Exception
    {
        assumeTrue(new File("/dev/net/tun").canWrite(), "no /dev/net/tun here");
        NetworkNamespace.prepare();
        assumeTrue(Epoll.isAvailable(), "no epoll here: " + Epoll.unavailabilityCause());
        loops = loops(EpollIoHandler.newFactory());
        nioLoops = loops(NioIoHandler.newFactory());
        other = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec sleep 1000").start();
        assertEquals('r', other.getInputStream().read());
        run("ip link add u1 type veth peer name u2 netns " + other.pid());
        run("ip address add 192.0.2.1/24 dev u1");
        run("ip link set u1 up");
        inside("sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1");
        inside("ip address add 192.0.2.2/24 dev u2");
        inside("ip link set u2 up");
        try
        {
            inside("ip link add vx0 type vxlan id 42 local 192.0.2.2 remote 192.0.2.1 dev u2 dstport 4789");
        }
        catch (final AssertionError ex)
        {
            assumeTrue(false, "no vxlan device here: " + ex.getMessage());
        }
        inside("ip address add 10.9.0.2/24 dev vx0");
        inside("ip link set vx0 up");
    }

    @AfterEach
    void close() throws Exception
    {
        if (other != null)
        {
            loops.shutdownGracefully(10, 5000, TimeUnit.MILLISECONDS).sync();
            nioLoops.shutdownGracefully(10, 5000, TimeUnit.MILLISECONDS).sync();
            // The kernel removes the namespace of the other host some time after its last process has ended.
            run("ip link delete u1");
            other.destroyForcibly().waitFor(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldTalkToTheKernelOverEpoll() throws Exception
    {
        bridge(new Bootstrap().group(loops).channel(EpollDatagramChannel.class));
        conversation();
    }

    @Test
    void shouldTalkToTheKernelOverNio() throws Exception
    {
        bridge(new Bootstrap().group(nioLoops).channel(NioDatagramChannel.class));
        conversation();
    }

    @Test
    void shouldCountHostileDatagramsAndGoOn() throws Exception
    {
        bridge(new Bootstrap().group(loops).channel(EpollDatagramChannel.class));
        final String target = " > /dev/udp/192.0.2.1/4789";
        shell("printf x" + target);
        shell("printf '\\0\\0\\0\\0\\0\\0\\052\\0'" + target);
        shell("printf '\\010\\0\\0\\0\\0\\0\\053\\0'" + target);
        shell("printf '\\010\\0\\0\\0\\0\\0\\052\\0'" + target);
        conversation();
        assertEquals(1, decoder.dropped(DropReason.SHORT_HEADER));
        assertEquals(1, decoder.dropped(DropReason.NO_I_FLAG));
        assertEquals(1, decoder.dropped(DropReason.UNKNOWN_VNI));
        assertEquals(1, decoder.dropped(DropReason.INNER_TOO_SHORT));
    }

    private void bridge(final Bootstrap datagrams) throws Exception
    {
        final Channel network = datagrams.option(ChannelOption.AUTO_READ, false).handler(new VxlanFrameEncoder())
            .bind(LOCAL).sync().channel();
        final Channel tap = new Bootstrap().group(loops).channel(TapChannel.class)
            .option(TapChannelOption.MTU, 1450)
            .handler(new ChannelRelay(network, frame -> new VxlanFrame(VNI, PEER, (ByteBuf)frame)))
            .bind(new DeviceAddress("tap0")).sync().channel();
        network.pipeline().addLast(decoder, new ChannelRelay(tap, frame -> ((VxlanFrame)frame).content()));
        network.config().setAutoRead(true);
        run("ip address add 10.9.0.1/24 dev tap0");
    }

    /** Short, full-size and many, both ways. */
    private void conversation() throws Exception
    {
        assertAllAnswered("", "ping -q -c 50 -i 0.002 10.9.0.2");
        assertAllAnswered("", "ping -q -c 50 -i 0.002 -M do -s 1422 10.9.0.2");
        assertAllAnswered(otherHost(), "ping -q -c 50 -i 0.002 -M do -s 1422 10.9.0.1");
        assertAllAnswered(otherHost(), "ping -q -c 2000 -f 10.9.0.1");
    }

    /**
     * The kernel of the sender must count one answer for each echo request. The statistics of ping are not enough: ping
     * waits for the last answer only as long as two round trips took, which here is less than a pause of the JVM.
     */
    private static void assertAllAnswered(final String host, final String ping) throws Exception
    {
        run(host + ping);
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        Map<String, Long> counts = icmpCounts(host);
        while (!counts.get("InEchoReps").equals(counts.get("OutEchos")) && System.nanoTime() - deadline < 0)
        {
            counts = icmpCounts(host);
        }
        assertEquals(counts.get("OutEchos"), counts.get("InEchoReps"), ping);
    }

    /** The counters of ICMP in the kernel, by the names that /proc/net/snmp gives them. */
    private static Map<String, Long> icmpCounts(final String host) throws Exception
    {
        final List<String[]> rows = run(host + "cat /proc/net/snmp").lines()
            .filter(line -> line.startsWith("Icmp: ")).map(line -> line.split(" ")).toList();
        final Map<String, Long> counts = new HashMap<>();
        for (int i = 1; i < rows.get(0).length; i++)
        {
            counts.put(rows.get(0)[i], Long.valueOf(rows.get(1)[i]));
        }
        return counts;
    }

    private String inside(final String command) throws Exception
    {
        return run(otherHost() + command);
    }

    /** What stands before a command to run it on the other host. */
    private String otherHost()
    {
        return "nsenter -t " + other.pid() + " -n ";
    }

    private void shell(final String command) throws Exception
    {
        assertEquals(0, new ProcessBuilder(
            "nsenter", "-t", String.valueOf(other.pid()), "-n", "bash", "-c", command).inheritIO().start().waitFor());
    }

    private static EventLoopGroup loops(final IoHandlerFactory factory)
    {
        return new MultiThreadIoEventLoopGroup(1, factory);
    }
}
