// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Sends the packets of all flows at a common rate, on one thread, and receives them on another. */
final class PacketTraffic implements AutoCloseable
{
    private static final int PORT = 7000;
    private static final int MAGIC = 0x536f_616b;
    private static final int HEADER = 16;
    private static final int LONGEST = 1_372;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** After a pause of the sender, its packets are not made up for: such a burst would fill the device's queue. */
    private static final int MOST_AT_ONCE = 64;

    private final List<Flow> flows = new ArrayList<>();
    private final Map<String, DatagramChannel> channels = new HashMap<>();
    private final Map<Flow, InetSocketAddress> targets = new HashMap<>();
    private final Selector selector;
    private final AtomicLong damaged = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile long packetsPerS;
    private volatile boolean isStopped;

    PacketTraffic(final SoakLab lab) throws IOException
    {
        selector = Selector.open();
        for (final int segment : SoakLab.SEGMENTS)
        {
            for (int host = 1; host <= SoakLab.hostsOf(segment); host++)
            {
                open(lab, segment, host);
                for (int to = 1; to <= SoakLab.hostsOf(segment); to++)
                {
                    if (to != host)
                    {
                        final Flow flow = new Flow(flows.size(), segment, host, to);
                        flows.add(flow);
                        targets.put(flow, new InetSocketAddress(SoakLab.address(segment, to), PORT));
                    }
                }
            }
        }
    }

    private void open(final SoakLab lab, final int segment, final int host) throws IOException
    {
        final InetSocketAddress local = new InetSocketAddress(SoakLab.address(segment, host), PORT);
        final DatagramChannel channel = lab.inside(host).call(() -> DatagramChannel.open().bind(local));
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        channels.put(key(segment, host), channel);
    }

    private static String key(final int segment, final int host)
    {
        return segment + "/" + host;
    }

    List<Flow> flows()
    {
        return flows;
    }

    /** Packets with other bytes than were sent, and packets that nobody sent. */
    long damaged()
    {
        return damaged.get();
    }

    /** Packets per second of all flows together; 0 to send none. */
    void rate(final long perS)
    {
        packetsPerS = perS;
    }

    Flow.Counts counts()
    {
        return flows.stream().map(Flow::counts).reduce(Flow.Counts::plus).orElseThrow();
    }

    void start()
    {
        threads.add(new Thread(this::sendAll, "soak-send"));
        threads.add(new Thread(this::receiveAll, "soak-receive"));
        threads.forEach(thread ->
        {
            thread.setDaemon(true);
            thread.start();
        });
    }

    private void sendAll()
    {
        final ByteBuffer packet = ByteBuffer.allocateDirect(LONGEST);
        double due = 0;
        int turn = 0;
        long lastNs = System.nanoTime();
        while (!isStopped)
        {
            LockSupport.parkNanos(TICK_NS);
            final long nowNs = System.nanoTime();
            due = Math.min(due + (nowNs - lastNs) / 1e9 * packetsPerS, Math.max(MOST_AT_ONCE, packetsPerS / 50.0));
            lastNs = nowNs;
            for (; due >= 1; due--)
            {
                final Flow flow = flows.get(turn++ % flows.size());
                final DatagramChannel channel = channels.get(key(flow.segment(), flow.from()));
                flow.send(number -> send(channel, targets.get(flow), write(packet, flow, number)), nowNs);
            }
            flows.forEach(flow -> flow.judge(nowNs));
        }
    }

    private static boolean send(final DatagramChannel channel, final InetSocketAddress target, final ByteBuffer packet)
    {
        try
        {
            return channel.send(packet, target) > 0;
        }
        catch (final IOException ex)
        {
            // There is no device or no route at the moment.
            return false;
        }
    }

    private static ByteBuffer write(final ByteBuffer packet, final Flow flow, final long number)
    {
        final int length = HEADER + Math.floorMod(number * 7919, LONGEST - HEADER + 1);
        packet.clear().limit(length);
        packet.putInt(MAGIC).putInt(flow.number()).putLong(number);
        for (int i = HEADER; i < length; i++)
        {
            packet.put((byte)(number + i));
        }
        return packet.flip();
    }

    private void receiveAll()
    {
        final ByteBuffer packet = ByteBuffer.allocateDirect(LONGEST + 1);
        try
        {
            while (!isStopped)
            {
                selector.select(key -> drain((DatagramChannel)key.channel(), packet), 100);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void drain(final DatagramChannel channel, final ByteBuffer packet)
    {
        try
        {
            while (channel.receive(packet.clear()) != null)
            {
                receive(packet.flip());
            }
        }
        catch (final IOException ex)
        {
            // An ICMP error about a packet that was sent; the packet counts as lost.
            return;
        }
    }

    private void receive(final ByteBuffer packet)
    {
        if (packet.remaining() < HEADER || packet.getInt() != MAGIC)
        {
            damaged.incrementAndGet();
            return;
        }
        final int flow = packet.getInt();
        final long number = packet.getLong();
        boolean isWhole = flow >= 0 && flow < flows.size() &&
            packet.limit() == HEADER + Math.floorMod(number * 7919, LONGEST - HEADER + 1);
        for (int i = HEADER; isWhole && i < packet.limit(); i++)
        {
            isWhole = packet.get(i) == (byte)(number + i);
        }
        if (!isWhole || !flows.get(flow).receive(number))
        {
            damaged.incrementAndGet();
        }
    }

    @Override
    public void close()
    {
        isStopped = true;
        selector.wakeup();
    }
}
