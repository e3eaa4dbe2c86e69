// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static io.overlane.netty.NetworkNamespace.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames between the kernel and a channel. */
@InNamespace
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TapChannelIT
{
    private static final int ETHERNET = 14;
    private static final int MARK = 0x4242;
    private static final long PATIENCE_S = 20;

    private EventLoopGroup group;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @BeforeEach
    void prepare() throws Exception
    {
        assumeTrue(new File("/dev/net/tun").canWrite(), "no /dev/net/tun here");
        NetworkNamespace.prepare();
        assumeTrue(Epoll.isAvailable(), "no epoll here: " + Epoll.unavailabilityCause());
        group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    }

    @AfterEach
    void close() throws Exception
    {
        CloseHelper.closeAll(resources);
        if (group == null)
        {
            return;
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        events.forEach(event -> assertFalse(event instanceof ByteBuf, "a test looks at every frame"));
    }

    @Test
    void shouldEchoEthernetFrames() throws Exception
    {
        final Channel channel = bind(bootstrap(echo(ETHERNET, UnaryOperator.identity())), "vx0");
        connectHost("vx0");

        conversation(2000);

        assertEquals(0, ((TapChannel)channel).cutFrames());
        assertEquals(new DeviceAddress("vx0"), channel.localAddress());
        assertTrue(channel.isActive());
    }

    @Test
    void shouldEchoIpPackets() throws Exception
    {
        bind(bootstrap(echo(0, UnaryOperator.identity())).option(TapChannelOption.KIND, TunKind.TUN), "t0");
        run("ip address add 10.9.0.1/24 dev t0");

        conversation(200);
    }

    @Test
    void shouldWriteFramesFromTheHeapAndInParts() throws Exception
    {
        final int[] count = new int[1];
        bind(bootstrap(echo(ETHERNET, frame -> switch (count[0]++ % 3)
        {
            case 0 -> inParts(frame, 3);
            case 1 -> inParts(frame, 40);
            default -> onHeap(frame);
        })), "vx0");
        connectHost("vx0");

        conversation(300);
    }

    @Test
    void shouldReadOnlyWhatIsAskedForWithoutAutoRead() throws Exception
    {
        final Channel channel = bind(bootstrap(recorder()).option(ChannelOption.AUTO_READ, false), "vx0");
        connectHost("vx0");
        try (DatagramSocket host = host())
        {
            for (int i = 0; i < 5; i++)
            {
                send(host, i, 100);
            }
            // A task behind two rounds of the event loop: a frame would have come by now.
            channel.eventLoop().submit(() -> {}).sync();
            channel.eventLoop().submit(() -> {}).sync();
            assertEquals(null, events.poll());
            for (int i = 0; i < 5; i++)
            {
                channel.read();
                assertEquals(i, take(ByteBuf.class));
            }
            assertEquals(null, events.poll());

            channel.config().setAutoRead(true);
            send(host, 77, 100);
            assertEquals(77, take(ByteBuf.class));
            channel.config().setAutoRead(false);
            channel.eventLoop().submit(() -> {}).sync();
            send(host, 78, 100);
            channel.eventLoop().submit(() -> {}).sync();
            assertEquals(null, events.poll());
            channel.read();
            assertEquals(78, take(ByteBuf.class));
        }
    }

    @Test
    void shouldCloseWhenTheDeviceIsRemoved() throws Exception
    {
        final Channel reading = bind(bootstrap(recorder()), "vx0");
        run("ip link delete vx0");
        assertTrue(reading.closeFuture().await(PATIENCE_S, TimeUnit.SECONDS));
        assertEquals("the device vx0 was removed", take(IOException.class));
        assertFalse(reading.isActive());

        final Channel silent = bind(bootstrap(recorder()).option(ChannelOption.AUTO_READ, false), "vx1");
        run("ip link delete vx1");
        silent.read();
        assertTrue(silent.closeFuture().await(PATIENCE_S, TimeUnit.SECONDS));
        assertEquals("the device vx1 was removed", take(IOException.class));
    }

    @Test
    void shouldFailAWriteToADeviceThatIsDownAndGoOn() throws Exception
    {
        final Channel channel = bind(bootstrap(recorder()), "vx0");
        run("ip link set vx0 down");

        final ChannelFuture refused = channel.writeAndFlush(frame(60)).await();
        assertEquals("vx0 is down; 'ip link set vx0 up' sets it up",
            assertInstanceOf(IOException.class, refused.cause()).getMessage());
        assertTrue(channel.isActive());
        final ChannelFuture tooShort = channel.writeAndFlush(frame(5)).await();
        assertInstanceOf(IOException.class, tooShort.cause());
        final ChannelFuture empty = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).await();
        assertEquals("cannot write a frame of 0 bytes to vx0", empty.cause().getMessage());
        final ChannelFuture text = channel.writeAndFlush("text").await();
        assertInstanceOf(UnsupportedOperationException.class, text.cause());

        channel.config().setOption(TapChannelOption.UP, true);
        assertTrue(channel.writeAndFlush(frame(60)).await().isSuccess());
        assertEquals(1, received("vx0"));
    }

    @Test
    void shouldKeepAPersistentDevice() throws Exception
    {
        final Channel first = bind(bootstrap(recorder())
            .option(TapChannelOption.PERSIST, true)
            .option(TapChannelOption.MTU, 1400), "vx0");
        assertEquals(1400, ((TapChannel)first).device().mtu());
        first.close().sync();
        assertTrue(run("ip link show vx0").contains("mtu 1400"));

        final Channel second = bind(bootstrap(recorder()), "vx0");
        second.config().setOption(TapChannelOption.MTU, 1300);
        assertTrue(run("ip link show vx0").contains("mtu 1300"));
        second.config().setOption(TapChannelOption.PERSIST, false);
        assertThrows(IllegalStateException.class, () -> second.config().setOption(TapChannelOption.KIND, TunKind.TUN));
        second.close().sync();
        assertFalse(Files.exists(Path.of("/sys/class/net/vx0")) || run("ip link show").contains("vx0"));
    }

    @Test
    void shouldServeEachQueueWithAChannel() throws Exception
    {
        final Bootstrap both = bootstrap(echo(ETHERNET, UnaryOperator.identity()))
            .option(TapChannelOption.MULTI_QUEUE, true);
        final Channel first = bind(both, "vx%d");
        final String name = first.localAddress().toString();
        assertEquals("vx0", name);
        final Channel second = bind(both, name);
        connectHost(name);
        for (int i = 0; i < 20; i++)
        {
            conversation(10);
        }
        first.close().sync();
        assertTrue(second.isActive());
        conversation(10);
        second.close().sync();
        assertFalse(run("ip link show").contains(name));
    }

    @Test
    void shouldTakeADeviceThatIsOpen() throws Exception
    {
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, "vx0").vnetHeaderLength(0));
        final TapChannel channel = new TapChannel(device);
        final Channel registered = new Bootstrap().group(group).channelFactory(() -> channel)
            .handler(echo(ETHERNET, UnaryOperator.identity())).register().sync().channel();
        resources.push(registered::close);
        connectHost("vx0");
        conversation(100);

        // To the other event loop, between two frames.
        registered.deregister().sync();
        group.next().register(registered).sync();
        conversation(100);

        try (TunDevice other = TunDevice.create(new TunOptions(TunKind.TAP, "vx1")))
        {
            assertEquals("'vx1' has a vnet header of 12 bytes; open it with TunOptions.vnetHeaderLength(0)",
                assertThrows(IllegalArgumentException.class, () -> new TapChannel(other)).getMessage());
        }
    }

    /** Frames that a slow interface behind a bridge holds up count against the send buffer. */
    @Test
    void shouldNotBeWritableWhileTheHostIsSlow() throws Exception
    {
        final Channel channel = bind(bootstrap(new Watcher())
            .option(ChannelOption.SO_SNDBUF, 20_000)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(2_000, 10_000)), "vx0");
        run("ip link add br0 up type bridge");
        run("ip link add slow up type veth peer name sink");
        run("ip link set sink up");
        run("tc qdisc add dev slow root tbf rate 1mbit burst 2000 limit 10000000");
        run("ip link set vx0 master br0");
        run("ip link set slow master br0");

        ChannelFuture last = null;
        int written = 0;
        while (channel.isWritable() && written < 1000)
        {
            last = channel.writeAndFlush(frame(1000));
            channel.eventLoop().submit(() -> {}).sync();
            written++;
        }

        assertTrue(written < 1000, "a device without a limit");
        assertFalse(last.isDone());
        assertEquals("unwritable", events.poll(PATIENCE_S, TimeUnit.SECONDS));
        assertEquals("writable", events.poll(PATIENCE_S, TimeUnit.SECONDS));
        assertTrue(last.await(PATIENCE_S, TimeUnit.SECONDS) && last.isSuccess());
        assertEquals(written, received("vx0"));
    }

    @Test
    void shouldCountFramesThatWereCut() throws Exception
    {
        final TapChannel channel = (TapChannel)bind(bootstrap(recorder()), "vx0");
        connectHost("vx0");
        run("ip link set vx0 mtu 4000");
        try (DatagramSocket host = host())
        {
            send(host, 1, 1400);
            assertEquals(1, take(ByteBuf.class));
            send(host, 2, 3900);
            send(host, 3, 1400);
            assertEquals(3, take(ByteBuf.class));
            assertEquals(1, channel.cutFrames());
            send(host, 4, 2500);
            assertEquals(4, take(ByteBuf.class));
            assertEquals(1, channel.cutFrames());
        }
    }

    @Test
    void shouldSayWhatCannotBeBound() throws Exception
    {
        run("ip link add plain type veth peer name other");
        assertTrue(failure("plain").getMessage().startsWith("interface 'plain' is no TAP device"),
            failure("plain").getMessage());
        assertTrue(failure("a name that is too long").getMessage().contains("longer than 15"));
        final Throwable address = bootstrap(recorder()).bind(new InetSocketAddress(0)).await().cause();
        assertEquals("address 0.0.0.0/0.0.0.0:0 is not a DeviceAddress", address.getMessage());
        final EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        assertInstanceOf(IllegalStateException.class,
            new Bootstrap().group(nio).channel(TapChannel.class).handler(recorder())
                .bind(new DeviceAddress("vx0")).await().cause());
        nio.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertFalse(run("ip link show").contains("vx0"));
    }

    @Test
    void shouldEndWithItsEventLoop() throws Exception
    {
        final EventLoopGroup own = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        final Bootstrap bootstrap = new Bootstrap().group(own).channel(TapChannel.class).handler(recorder());
        final Channel channel = bootstrap.bind(new DeviceAddress("vx0")).sync().channel();
        // Without a quiet period Netty may end before it closes its channels.
        own.shutdownGracefully(10, 5000, TimeUnit.MILLISECONDS).sync();
        assertFalse(channel.isOpen());
        assertFalse(run("ip link show").contains("vx0"));
    }

    private Bootstrap bootstrap(final ChannelHandler handler)
    {
        return new Bootstrap().group(group).channel(TapChannel.class).handler(handler);
    }

    private Channel bind(final Bootstrap bootstrap, final String name) throws InterruptedException
    {
        final Channel channel = bootstrap.bind(new DeviceAddress(name)).sync().channel();
        resources.push(() -> channel.close().sync());
        return channel;
    }

    private Throwable failure(final String name) throws InterruptedException
    {
        return bootstrap(recorder()).bind(new DeviceAddress(name)).await().cause();
    }

    private static ChannelHandler echo(final int ip, final UnaryOperator<ByteBuf> change)
    {
        return new Adder(() -> new Echo(ip, change));
    }

    private ChannelHandler recorder()
    {
        return new Adder(Recorder::new);
    }

    private static void connectHost(final String device) throws Exception
    {
        run("ip address add 10.9.0.1/24 dev " + device);
        run("ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev " + device);
    }

    private static DatagramSocket host() throws IOException
    {
        final DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("10.9.0.1"));
        socket.connect(InetAddress.getByName("10.9.0.2"), MARK);
        socket.setSoTimeout((int)TimeUnit.SECONDS.toMillis(PATIENCE_S));
        return socket;
    }

    private static byte[] payload(final int number, final int length)
    {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte)(number * 31 + 7));
        bytes[0] = (byte)(number >> 8);
        bytes[1] = (byte)number;
        return bytes;
    }

    private static void send(final DatagramSocket host, final int number, final int length) throws IOException
    {
        host.send(new DatagramPacket(payload(number, length), length));
    }

    /** The host sends datagrams of many lengths, one after the other, and gets each one back. */
    private static void conversation(final int datagrams) throws IOException
    {
        try (DatagramSocket host = host())
        {
            final DatagramPacket back = new DatagramPacket(new byte[2000], 2000);
            for (int i = 0; i < datagrams; i++)
            {
                final int length = 2 + i * 13 % 1470;
                send(host, i, length);
                host.receive(back);
                assertArrayEquals(payload(i, length), Arrays.copyOf(back.getData(), back.getLength()));
            }
        }
    }

    /** The number of a datagram that arrived, or the message of an exception. */
    private Object take(final Class<?> type) throws InterruptedException
    {
        final Object event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertInstanceOf(type, event);
        if (event instanceof ByteBuf frame)
        {
            final int number = frame.getUnsignedShort(frame.readerIndex() + ETHERNET + 20 + 8);
            frame.release();
            return number;
        }
        return ((Throwable)event).getMessage();
    }

    /** An Ethernet frame of a type that no host answers, to an address that a bridge floods to its other ports. */
    private static ByteBuf frame(final int length)
    {
        return ByteBufAllocator.DEFAULT.directBuffer(length).writeLong(0x0200_0000_0077_0200L).writeInt(0x0000_0002)
            .writeShort(0x88B5).writerIndex(length);
    }

    private static long received(final String device) throws IOException
    {
        return Long.parseLong(Files.readString(
            Path.of("/proc/net/dev")).lines().filter(line -> line.strip().startsWith(device + ":")).findFirst()
            .orElseThrow().replaceFirst(".*:", "").strip().split(" +")[1]);
    }

    private static ByteBuf inParts(final ByteBuf frame, final int parts)
    {
        final CompositeByteBuf whole = frame.alloc().compositeDirectBuffer(parts);
        final int step = frame.readableBytes() / parts;
        for (int i = 0; i < parts - 1; i++)
        {
            whole.addComponent(true, frame.readRetainedSlice(step));
        }
        return whole.addComponent(true, frame);
    }

    private static ByteBuf onHeap(final ByteBuf frame)
    {
        final ByteBuf copy = frame.alloc().heapBuffer(frame.readableBytes()).writeBytes(frame);
        frame.release();
        return copy;
    }

    /** Keeps the frames of the test's own datagrams, and what went wrong. */
    private final class Recorder extends ChannelInboundHandlerAdapter
    {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message)
        {
            final ByteBuf frame = (ByteBuf)message;
            if (frame.readableBytes() > 42 &&
                frame.getUnsignedShort(frame.readerIndex() + ETHERNET + 22) == MARK)
            {
                events.add(frame);
            }
            else
            {
                frame.release();
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause)
        {
            events.add(cause);
        }
    }

    /** Keeps the changes of writability. */
    private final class Watcher extends ChannelInboundHandlerAdapter
    {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message)
        {
            ((ByteBuf)message).release();
        }

        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext context)
        {
            events.add(context.channel().isWritable() ? "writable" : "unwritable");
        }
    }
}
