// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PcapException;
import io.overlane.status.DropReason;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.util.function.Consumer;
import org.agrona.ErrorHandler;

/**
 * An underlay whose datagrams come from a capture, in its order and as fast as they are polled. It uses no threads and
 * no clock: {@link #timestampNs()} is the time of the last packet read, which callers can use as a clock.
 */
public final class CaptureUnderlay implements Underlay
{
    private static final int MAX_DATAGRAM_LENGTH = 0xFFFF;

    private final CaptureReader reader;
    private final OuterStack stack;
    private final PacketListener listener;
    private final Consumer<SendBatch> sent;
    private final GuardedErrorHandler errorHandler;
    private final FrameSlab slab;
    private boolean isAtEnd;

    /**
     * @param reader       before the first packet to replay; this closes it.
     * @param stack        of the imagined socket.
     * @param pollLimit    most datagrams per poll; with 1, the verdicts of this class and of its caller come in packet
     *                     order.
     * @param listener     gets every packet.
     * @param sent         gets every batch that is sent; what it does not change counts as sent.
     * @param errorHandler called once if the capture cannot be read further, which ends it.
     * @throws PcapException if all packets have a link type that is not supported.
     */
    public CaptureUnderlay(
        final CaptureReader reader,
        final OuterStack stack,
        final int pollLimit,
        final PacketListener listener,
        final Consumer<SendBatch> sent,
        final ErrorHandler errorHandler)
        throws PcapException
    {
        if (reader.linkType() != CaptureReader.NO_LINK_TYPE && !OuterStack.isSupported(reader.linkType()))
        {
            throw new PcapException(
                reader.name() + ": captures of " + LinkType.toString(reader.linkType()) +
                " cannot be replayed (expected Ethernet, raw IP, Linux cooked or BSD loopback)");
        }
        this.reader = reader;
        this.stack = stack;
        this.listener = listener;
        this.sent = sent;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        slab = new FrameSlab(pollLimit, MAX_DATAGRAM_LENGTH);
    }

    /** @return true once the last packet was read. */
    public boolean isAtEnd()
    {
        return isAtEnd;
    }

    /** @return number of the last packet read, 0 before the first. */
    public long packetNumber()
    {
        return reader.packetNumber();
    }

    /** @return capture time of the last packet read, in nanoseconds since 1970; 0 before the first. */
    public long timestampNs()
    {
        return reader.timestampNs();
    }

    @Override
    public Vtep local()
    {
        return new Vtep(IpAddress.ANY_V6, stack.udpPort());
    }

    @Override
    public String description()
    {
        return "capture " + reader.name();
    }

    /**
     * Reads until the batch has as many datagrams as allowed, so 0 means that the capture is over or the batch full.
     */
    @Override
    public int poll(final ReceiveBatch batch)
    {
        int added = 0;
        while (added < slab.count() && !batch.isFull() && read())
        {
            final DropReason verdict = stack.receive(reader);
            listener.onPacket(reader.packetNumber(), reader.timestampNs(), verdict);
            if (verdict == DropReason.NONE)
            {
                add(batch, slab.frame(added));
                added++;
            }
        }
        return added;
    }

    @Override
    public void send(final SendBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            batch.verdict(i, DropReason.NONE);
        }
        sent.accept(batch);
    }

    /** Returns at once, as a capture never has to be waited for. */
    @Override
    public void await(final long timeoutNs)
    {
    }

    /** Does nothing, as no thread waits. */
    @Override
    public void wake()
    {
    }

    @Override
    public void close()
    {
        isAtEnd = true;
        reader.close();
    }

    private boolean read()
    {
        if (isAtEnd)
        {
            return false;
        }
        try
        {
            isAtEnd = !reader.next();
        }
        catch (final IOException ex)
        {
            isAtEnd = true;
            errorHandler.onError(ex);
        }
        return !isAtEnd;
    }

    private void add(final ReceiveBatch batch, final Frame frame)
    {
        final OuterDatagram datagram = stack.datagram();
        frame.wrap(FrameSlab.HEADROOM, datagram.length());
        frame.buffer().putBytes(FrameSlab.HEADROOM, datagram.buffer(), datagram.offset(), datagram.length());
        batch.add(
            frame, datagram.sourceHigh(), datagram.sourceLow(), datagram.sourcePort(), datagram.tos(), 0);
    }
}
