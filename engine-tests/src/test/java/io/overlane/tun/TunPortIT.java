// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.testkit.Allocation;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.libc.FailingLibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

/** Frames between the kernel and a port, and the underlay where it needs an interface of its own. */
@InNamespace
class TunPortIT extends Scenario
{
    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int ARP_ETHER_TYPE = 0x0806;
    private static final long PEER_MAC = 0x02_0000_0000_02L;
    private static final IpAddress HOST = IpAddress.parse("10.9.0.1");
    private static final IpAddress PEER = IpAddress.parse("10.9.0.2");
    private static final byte[] PAYLOAD = "over the overlay".getBytes(StandardCharsets.UTF_8);

    private final ReceiveBatch received = new ReceiveBatch(16);
    private final FrameSlab slab = new FrameSlab(32, 65_535);

    @Test
    void shouldTalkToTheKernelOverATapWithLongHeader() throws IOException
    {
        conversation(new TunOptions(TunKind.TAP, "vx0"), Frame.NEEDS_CHECKSUM);
    }

    @Test
    void shouldTalkToTheKernelOverATapWithShortHeader() throws IOException
    {
        conversation(new TunOptions(TunKind.TAP, "vx0").vnetHeaderLength(10), Frame.NEEDS_CHECKSUM);
    }

    @Test
    void shouldTalkToTheKernelOverATapWithoutOffload() throws IOException
    {
        conversation(new TunOptions(TunKind.TAP, "vx0").offload(TunOffload.NONE), 0);
    }

    @Test
    void shouldTalkToTheKernelOverATapWithoutHeader() throws IOException
    {
        conversation(new TunOptions(TunKind.TAP, "vx0").vnetHeaderLength(0), 0);
    }

    @Test
    void shouldTalkToTheKernelOverATun() throws IOException
    {
        conversation(new TunOptions(TunKind.TUN, "t0"), Frame.NEEDS_CHECKSUM);
    }

    @Test
    void shouldTalkToTheKernelOverATunWithoutHeader() throws IOException
    {
        conversation(new TunOptions(TunKind.TUN, "t0").vnetHeaderLength(0), 0);
    }

    /** The host sends a datagram, asks for our MAC address first on a TAP, and gets the datagram back. */
    private void conversation(final TunOptions options, final int expectedFlags) throws IOException
    {
        final TunDevice device = create(options);
        device.mtu(1450);
        final TunPort port = port(device);
        address(device, "10.9.0.1/24");
        assertEquals(options.name(), port.name());
        assertEquals(1450, port.mtu());
        final LibcUnderlay host = socket();
        send(host, PAYLOAD.length);

        final int ip = options.kind() == TunKind.TAP ? ETHERNET : 0;
        if (options.kind() == TunKind.TAP)
        {
            final Frame request = pollFor(port, frame -> etherType(frame) == ARP_ETHER_TYPE);
            assertEquals(ETHERNET + 28, request.length());
            assertEquals(PEER.v4(), request.buffer().getInt(request.offset() + 38, BIG_ENDIAN));
            assertEquals(0, request.flags() & Frame.NEEDS_CHECKSUM);
            answerArp(port, request);
        }
        final Frame datagram = pollFor(port, frame -> isUdp(frame, ip));
        assertEquals(ip + IPV4 + 8 + PAYLOAD.length, datagram.length());
        assertTrue(datagram.offset() >= 64, "headroom");
        assertEquals(expectedFlags, datagram.flags() & Frame.NEEDS_CHECKSUM);
        if (expectedFlags != 0)
        {
            assertEquals(ip + IPV4, datagram.checksumStart());
            assertEquals(6, datagram.checksumOffset());
        }
        echo(datagram, ip);
        final FrameBatch batch = batch(datagram);
        port.offer(batch);
        assertEquals(DropReason.NONE, datagram.verdict());

        assertEquals(1, poll(host, received));
        assertEquals(PEER, new IpAddress(received.sourceHigh(0), received.sourceLow(0)));
        assertEquals(PAYLOAD.length, received.frame(0).length());
        for (int i = 0; i < PAYLOAD.length; i++)
        {
            assertEquals(PAYLOAD[i], received.frame(0).buffer().getByte(received.frame(0).offset() + i));
        }
        assertTrue(errors.isEmpty(), errors::toString);
    }

    @Test
    void shouldPassOverFramesThatAlreadyHaveAVerdict() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TUN, "t0"));
        final TunPort port = port(device);
        address(device, "10.9.0.1/24");
        final Frame dropped = slab.frame(0).wrap(FrameSlab.HEADROOM, 20).verdict(DropReason.OVERSIZE);
        port.offer(batch(dropped));
        assertEquals(DropReason.OVERSIZE, dropped.verdict());
    }

    @Test
    void shouldDropFramesAsPortDownUntilTheDeviceIsUp() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        final TunPort port = port(device);
        final Frame frame = slab.frame(0).wrap(FrameSlab.HEADROOM, 60);
        port.offer(batch(frame));
        assertEquals(DropReason.PORT_DOWN, frame.verdict());

        device.up(true);
        port.offer(batch(frame.wrap(FrameSlab.HEADROOM, 60)));
        assertEquals(DropReason.NONE, frame.verdict());

        device.up(false);
        port.offer(batch(frame.wrap(FrameSlab.HEADROOM, 60)));
        assertEquals(DropReason.PORT_DOWN, frame.verdict());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldRefuseAnUnfinishedFrameWithoutVnetHeader() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0").vnetHeaderLength(0));
        final TunPort port = port(device);
        device.up(true);
        final Frame frame = slab.frame(0).wrap(FrameSlab.HEADROOM, 60)
            .offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, 34, 6);
        port.offer(batch(frame));
        assertEquals(DropReason.PORT_ERROR, frame.verdict());
        final Frame tight = slab.frame(1).wrap(0, 60);
        port.offer(batch(tight));
        assertEquals(DropReason.NONE, tight.verdict());
    }

    @Test
    void shouldRefuseAFrameWithoutHeadroom() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        final TunPort port = port(device);
        device.up(true);
        final Frame frame = slab.frame(0).wrap(11, 60);
        port.offer(batch(frame));
        assertEquals(DropReason.PORT_ERROR, frame.verdict());
        port.offer(batch(frame.wrap(12, 60)));
        assertEquals(DropReason.NONE, frame.verdict());
    }

    @Test
    void shouldDrainUpToTheLimit() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TUN, "t0"));
        final TunPort port = closeLater(new TunPort(device, 1500, errors::add));
        address(device, "10.9.0.1/24");
        final LibcUnderlay host = socket();
        final FrameBatch batch = new FrameBatch(16);
        for (int i = 0; i < 7; i++)
        {
            send(host, 100 + i);
        }
        assertEquals(3, port.poll(batch, 3));
        assertEquals(4, port.poll(batch, 13), "all there are");
        assertEquals(0, port.poll(batch, 9));
        assertEquals(7, batch.size());
        assertEquals(28 + 103, batch.get(3).length());
        assertEquals(28 + 106, batch.get(6).length());
    }

    @Test
    void shouldCarryOnWhatFitsTheCacheBeforeItReadsMore() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0").offload(TunOffload.ALL));
        device.up(true);
        final int[] waiting = {6};
        final FailingLibC sixSuperFrames = new FailingLibC()
        {
            @Override
            public int read(final int fd, final MutableDirectBuffer buffer, final int offset, final int length)
            {
                return waiting[0]-- > 0 ? VirtioNetHeader.MERGEABLE_LENGTH + 60_000 : fail(Linux.EAGAIN);
            }
        };
        final TunPort port = closeLater(new TunPort(sixSuperFrames, device, 1500, errors::add));
        final FrameBatch batch = new FrameBatch(64);

        assertEquals(TunPort.POLL_BYTES / 60_000 + 1, port.poll(batch, 64));
        assertTrue(batch.leavesMore(), "two are waiting");

        batch.clear();
        assertEquals(2, port.poll(batch, 64));
        assertFalse(batch.leavesMore(), "those were all");
    }

    @Test
    void shouldEndAWaitByWakeUpAndByClosing() throws Exception
    {
        final TunPort port = port(create(new TunOptions(TunKind.TAP, "vx0")));
        final Thread thread = new Thread(() ->
        {
            port.await(Long.MAX_VALUE);
            port.await(Long.MAX_VALUE);
        });
        thread.start();
        port.wake();
        port.close();
        thread.join();
        port.close();
        assertEquals(0, new NetworkLink("vx0").index());
        port.wake();
        port.await(Long.MAX_VALUE);
        assertEquals(0, port.poll(new FrameBatch(1), 1));
        final Frame frame = slab.frame(0).wrap(FrameSlab.HEADROOM, 60);
        port.offer(batch(frame));
        assertEquals(DropReason.PORT_ERROR, frame.verdict());
        assertTrue(errors.isEmpty(), errors::toString);
    }

    @Test
    void shouldNotSpinWhenTheDeviceIsRemoved() throws Exception
    {
        assumeTrue(new File("/sbin/ip").exists(), "no ip(8) to remove the device with");
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        final TunPort port = port(device);
        device.up(true);
        assertEquals(0, new ProcessBuilder("/sbin/ip", "link", "delete", "vx0").inheritIO().start().waitFor());
        final FrameBatch batch = new FrameBatch(4);
        for (int i = 0; i < 10; i++)
        {
            batch.clear();
            port.poll(batch, 4);
        }
        assertEquals(1, errors.size(), errors::toString);
        // The descriptor is in error for good: a wait on it would come back at once.
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(20);
        final long beforeNs = System.nanoTime();
        port.await(timeoutNs);
        assertTrue(System.nanoTime() - beforeNs >= timeoutNs);
    }

    @Test
    void shouldNotFragmentUnlessAskedTo() throws IOException
    {
        new NetworkLink("lo").mtu(1500);
        final IpAddress loopback = IpAddress.parse("127.0.0.1");
        final LibcUnderlay receiver = closeLater(LibcUnderlay.open(
            new UnderlayOptions(loopback, 0).errorHandler(errors::add)));
        final LibcUnderlay whole = closeLater(LibcUnderlay.open(
            new UnderlayOptions(loopback, 0).errorHandler(errors::add)));
        final LibcUnderlay pieces =
            closeLater(LibcUnderlay.open(new UnderlayOptions(loopback, 0).fragment(true).errorHandler(errors::add)));
        final SendBatch batch = new SendBatch(4);
        for (final int length : new int[] {1472, 1473, 3000})
        {
            final Vtep to = receiver.local();
            batch.add(slab.frame(batch.size()).wrap(FrameSlab.HEADROOM, length),
                to.address().high(), to.address().low(), to.udpPort(), 0, 0, 0, 0);
        }
        whole.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(0));
        assertEquals(DropReason.OVERSIZE, batch.verdict(1));
        assertEquals(DropReason.OVERSIZE, batch.verdict(2));
        assertEquals(1, poll(receiver, received));
        pieces.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(2));
        assertEquals(3, poll(receiver, received));
        assertEquals(3000, received.frame(2).length());

        // Pieces that do not fit are too long as well.
        batch.clear();
        batch.add(slab.frame(0).wrap(FrameSlab.HEADROOM, 6000),
            receiver.local().address().high(), receiver.local().address().low(), receiver.local().udpPort(),
            0, 0, 0, 2000);
        whole.send(batch);
        assertEquals(DropReason.OVERSIZE, batch.verdict(0));
        new NetworkLink("lo").mtu(65_536);
        assertTrue(errors.isEmpty(), errors::toString);
    }

    @Test
    void shouldGiveUpOnAFullSocketInBoundedTime() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        address(device, "10.9.0.1/24");
        // Nobody answers ARP, so the datagrams wait in the neighbour's queue and fill the socket.
        final LibcUnderlay host = closeLater(LibcUnderlay.open(
            new UnderlayOptions(HOST, 0).socketBufferLength(4096).sendTimeoutNs(5_000_000).errorHandler(errors::add)));
        final SendBatch batch = new SendBatch(20);
        for (int i = 0; i < batch.capacity(); i++)
        {
            batch.add(slab.frame(i).wrap(FrameSlab.HEADROOM, 1000), PEER.high(), PEER.low(), 7, 0, 0, 0, 0);
        }
        host.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(0));
        assertEquals(DropReason.UNDERLAY_BUSY, batch.verdict(18));
        assertEquals(DropReason.UNDERLAY_BUSY, batch.verdict(19));
        assertTrue(errors.isEmpty(), errors::toString);
    }

    @Test
    void shouldSayThatARemoteCannotBeReached() throws IOException
    {
        final LibcUnderlay host = closeLater(
            LibcUnderlay.open(new UnderlayOptions(IpAddress.ANY_V4, 0).errorHandler(errors::add)));
        final SendBatch batch = new SendBatch(1);
        batch.add(slab.frame(0).wrap(FrameSlab.HEADROOM, 10), PEER.high(), PEER.low(), 7, 0, 0, 0, 0);
        host.send(batch);
        assertEquals(DropReason.UNDERLAY_UNREACHABLE, batch.verdict(0));
        assertTrue(errors.isEmpty(), errors::toString);
    }

    @Test
    void shouldAllocateNothingWhenWarm() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TUN, "t0"));
        final TunPort port = port(device);
        address(device, "10.9.0.1/24");
        final LibcUnderlay host = socket();
        final SendBatch question = new SendBatch(1);
        question.add(slab.frame(0).wrap(FrameSlab.HEADROOM, 64), PEER.high(), PEER.low(), 7, 0, 0, 0, 0);
        final FrameBatch batch = new FrameBatch(8);
        final AtomicLong answers = new AtomicLong();
        Allocation.assertNone("TUN: send, await, poll, offer, poll", 20_000, () ->
        {
            host.send(question);
            port.await(TimeUnit.SECONDS.toNanos(1));
            batch.clear();
            port.poll(batch, 8);
            for (int i = 0; i < batch.size(); i++)
            {
                if (isUdp(batch.get(i), 0))
                {
                    echo(batch.get(i), 0);
                }
            }
            port.offer(batch);
            port.wake();
            received.clear();
            answers.addAndGet(host.poll(received));
        });
        assertFalse(answers.get() < 40_000, () -> "answers: " + answers);
    }

    private LibcUnderlay socket() throws IOException
    {
        return closeLater(LibcUnderlay.open(new UnderlayOptions(HOST, 0).errorHandler(errors::add)));
    }

    private void send(final LibcUnderlay host, final int length)
    {
        final Frame frame = slab.frame(0).wrap(FrameSlab.HEADROOM, length);
        for (int i = 0; i < length; i++)
        {
            frame.buffer().putByte(frame.offset() + i, PAYLOAD[i % PAYLOAD.length]);
        }
        final SendBatch batch = new SendBatch(1);
        batch.add(frame, PEER.high(), PEER.low(), 7, 0, 0, 0, 0);
        host.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(0));
    }

    private static int etherType(final Frame frame)
    {
        return frame.buffer().getShort(frame.offset() + 12, BIG_ENDIAN) & 0xFFFF;
    }

    /** An IPv4 datagram to the peer. */
    private static boolean isUdp(final Frame frame, final int ip)
    {
        final int start = frame.offset() + ip;
        return frame.buffer().getByte(start) == 0x45 && frame.buffer().getByte(start + 9) == 17 &&
            frame.buffer().getInt(start + 16, BIG_ENDIAN) == PEER.v4();
    }

    /** Turn the request around in place (RFC 826). */
    private static void answerArp(final TunPort port, final Frame frame)
    {
        final int start = frame.offset();
        final long asker = mac(frame, start + 22);
        final int askerAddress = frame.buffer().getInt(start + 28);
        final int ownAddress = frame.buffer().getInt(start + 38);
        putMac(frame, start, asker);
        putMac(frame, start + 6, PEER_MAC);
        frame.buffer().putShort(start + 20, (short)2, BIG_ENDIAN);
        putMac(frame, start + 22, PEER_MAC);
        frame.buffer().putInt(start + 28, ownAddress);
        putMac(frame, start + 32, asker);
        frame.buffer().putInt(start + 38, askerAddress);
        port.offer(batch(frame));
        assertEquals(DropReason.NONE, frame.verdict());
    }

    /** Exchange source and destination of all layers; no checksum changes by that, a partial one neither. */
    private static void echo(final Frame frame, final int ip)
    {
        final int start = frame.offset();
        if (ip == ETHERNET)
        {
            final long destination = mac(frame, start);
            putMac(frame, start, mac(frame, start + 6));
            putMac(frame, start + 6, destination);
        }
        final int source = frame.buffer().getInt(start + ip + 12);
        frame.buffer().putInt(start + ip + 12, frame.buffer().getInt(start + ip + 16));
        frame.buffer().putInt(start + ip + 16, source);
        final short sourcePort = frame.buffer().getShort(start + ip + IPV4);
        frame.buffer().putShort(start + ip + IPV4, frame.buffer().getShort(start + ip + IPV4 + 2));
        frame.buffer().putShort(start + ip + IPV4 + 2, sourcePort);
    }

    private static long mac(final Frame frame, final int offset)
    {
        return ((frame.buffer().getShort(offset, BIG_ENDIAN) & 0xFFFFL) << 32) |
            (frame.buffer().getInt(offset + 2, BIG_ENDIAN) & 0xFFFF_FFFFL);
    }

    private static void putMac(final Frame frame, final int offset, final long mac)
    {
        frame.buffer().putShort(offset, (short)(mac >>> 32), BIG_ENDIAN);
        frame.buffer().putInt(offset + 2, (int)mac, BIG_ENDIAN);
    }
}
