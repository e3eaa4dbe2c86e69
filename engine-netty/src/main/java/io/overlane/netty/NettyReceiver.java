// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.overlane.address.IpAddress;
import io.overlane.error.RepeatedFailures;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.signal.Doorbell;
import io.overlane.underlay.ReceiveBatch;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a {@link NettyUnderlay}: the event loop adds packets; the polling thread lends them and
 * releases them later.
 *
 * <p>Netty cuts datagrams that the kernel joined (UDP_GRO) into one packet each: adjacent slices of one buffer with the
 * same sender object. Polling joins such slices again, so that they pass the engine as one entry.
 */
final class NettyReceiver extends ChannelInboundHandlerAdapter
{
    /** Packets in the queue between the threads, a power of two: enough for a few full reads of 64 KiB. */
    private static final int QUEUE_CAPACITY = 4096;

    /** Most entries lent by one poll. */
    private static final int LENT_FRAMES = 64;

    /** Most packets, joined or not, lent by one poll. */
    private static final int LENT_PACKETS = 2048;

    private final ChunkAllocator chunks;
    /** Failures on the event loop. */
    private final RepeatedFailures failures;
    private final Doorbell doorbell;
    private final PacketQueue queue = new PacketQueue(QUEUE_CAPACITY);
    private final AtomicLong overflows = new AtomicLong();
    private volatile boolean isClosed;

    private final DatagramPacket[] lent = new DatagramPacket[LENT_PACKETS];
    private final Frame[] frames = new Frame[LENT_FRAMES];
    private int lentCount;
    private @Nullable Thread poller;

    NettyReceiver(final ChunkAllocator chunks, final Doorbell doorbell, final ErrorHandler errorHandler)
    {
        this.chunks = chunks;
        this.doorbell = doorbell;
        failures = new RepeatedFailures(errorHandler);
        for (int i = 0; i < LENT_FRAMES; i++)
        {
            frames[i] = new Frame(new MemoryBuffer());
        }
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message)
    {
        if (isClosed || !(message instanceof DatagramPacket packet) || !queue.offer(packet))
        {
            overflows.incrementAndGet();
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context)
    {
        doorbell.ring();
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context)
    {
        chunks.release();
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause)
    {
        failures.report("receive on", context.channel().localAddress(), cause, System.nanoTime());
    }

    boolean isEmpty()
    {
        return queue.peek() == null;
    }

    long overflows()
    {
        return overflows.get();
    }

    /** Polling thread. The lock is contended only when the underlay is closed. */
    synchronized int poll(final ReceiveBatch batch)
    {
        poller = Thread.currentThread();
        giveBack();
        int count = 0;
        while (count < LENT_FRAMES && lentCount < LENT_PACKETS && !batch.isFull())
        {
            final DatagramPacket packet = queue.poll();
            if (packet == null)
            {
                break;
            }
            lend(packet, frames[count], batch);
            count++;
        }
        return count;
    }

    /**
     * Release the packets in the queue, and those that are lent unless another thread may still be reading them. Their
     * memory is not managed by the garbage collector, so that thread must return them by polling once more.
     */
    synchronized void close()
    {
        isClosed = true;
        for (DatagramPacket packet = queue.poll(); packet != null; packet = queue.poll())
        {
            packet.release();
        }
        if (poller == Thread.currentThread() || poller != null && !poller.isAlive())
        {
            giveBack();
        }
    }

    private void giveBack()
    {
        for (int i = 0; i < lentCount; i++)
        {
            lent[i].release();
            lent[i] = null;
        }
        lentCount = 0;
    }

    @SuppressWarnings("ReferenceEquality")
    private void lend(final DatagramPacket first, final Frame frame, final ReceiveBatch batch)
    {
        lent[lentCount++] = first;
        final long address = ByteBufFrames.address(first.content()) + first.content().readerIndex();
        final int segmentSize = first.content().readableBytes();
        final InetSocketAddress sender = first.sender();
        int length = segmentSize;
        int pieces = 1;
        boolean isLast = segmentSize == 0;
        while (!isLast && lentCount < LENT_PACKETS)
        {
            final DatagramPacket next = queue.peek();
            if (next == null || next.sender() != sender ||
                next.content().readableBytes() > segmentSize ||
                ByteBufFrames.address(next.content()) + next.content().readerIndex() != address + length)
            {
                break;
            }
            lent[lentCount++] = queue.poll();
            isLast = next.content().readableBytes() < segmentSize;
            length += next.content().readableBytes();
            pieces++;
        }

        final MemoryBuffer chunk = chunks.memoryWith(address);
        frame.buffer().wrap(
            chunk,
            (int)(address - chunk.addressOffset()) - ChunkAllocator.HEADROOM,
            ChunkAllocator.HEADROOM + length);
        frame.wrap(ChunkAllocator.HEADROOM, length);
        final IpAddress source = IpAddress.of(sender.getAddress());
        batch.add(
            frame,
            source.high(),
            source.low(),
            sender.getPort(),
            ReceiveBatch.TOS_UNKNOWN,
            pieces > 1 ? segmentSize : 0);
    }
}
