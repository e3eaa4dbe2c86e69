// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import java.io.IOException;
import org.agrona.MutableDirectBuffer;

/** A station pings another: ICMP echo request and reply, RFC 792. One thread runs both stations. */
final class EchoExchange
{
    private static final int TTL = 64;
    private static final int IDENTIFIER = 0x0E10;

    /** Data length of ping. */
    private static final int DATA_LENGTH = 56;
    private static final int MESSAGE_LENGTH = IcmpHeader.LENGTH + DATA_LENGTH;
    private static final int PACKET_LENGTH = Ipv4Header.LENGTH + MESSAGE_LENGTH;
    private static final int FRAME_LENGTH = EthernetHeader.LENGTH + PACKET_LENGTH;
    private static final int DATA_OFFSET = FRAME_LENGTH - DATA_LENGTH;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final IcmpHeader icmp = new IcmpHeader();
    private final MemoryBuffer request = new MemoryBuffer(new byte[FRAME_LENGTH]);
    private final Station asker;
    private final Station answerer;

    EchoExchange(final Station asker, final Station answerer)
    {
        this.asker = asker;
        this.answerer = answerer;
    }

    /**
     * One request and its reply.
     *
     * @param sequence  number of the request.
     * @param timeoutNs for each way, in nanoseconds.
     * @return round-trip time in nanoseconds.
     * @throws IOException if request or reply did not arrive, or was changed.
     */
    long run(final int sequence, final long timeoutNs) throws IOException
    {
        final long startNs = System.nanoTime();
        asker.send(FRAME_LENGTH, (buffer, offset) ->
            write(buffer, offset, IcmpHeader.ECHO_REQUEST, sequence, asker.host(), answerer.host()));
        if (!answerer.await((buffer, offset, length) -> isRequest(buffer, offset, length, sequence), timeoutNs))
        {
            throw new IOException("ping: request " + sequence + " did not arrive at " + answerer.host().name());
        }
        answerer.send(FRAME_LENGTH, this::writeReply);
        if (!asker.await((buffer, offset, length) -> isReply(buffer, offset, length, sequence), timeoutNs))
        {
            throw new IOException("ping: reply " + sequence + " did not arrive at " + asker.host().name());
        }
        return System.nanoTime() - startNs;
    }

    private void write(
        final MutableDirectBuffer buffer,
        final int offset,
        final int type,
        final int sequence,
        final DemoHost source,
        final DemoHost destination)
    {
        for (int i = 0; i < DATA_LENGTH; i++)
        {
            buffer.putByte(offset + DATA_OFFSET + i, (byte)(sequence + i));
        }
        ethernet.wrap(buffer, offset, FRAME_LENGTH)
            .destination(destination.mac().value()).source(source.mac().value()).etherType(EtherType.IPV4);
        ipv4.wrap(buffer, offset + EthernetHeader.LENGTH, PACKET_LENGTH)
            .headerLength(Ipv4Header.LENGTH).tos(0).totalLength(PACKET_LENGTH).identification(sequence)
            .flags(0).dontFragment(true)
            .ttl(TTL).protocol(IpProtocol.ICMP)
            .source(source.ipv4()).destination(destination.ipv4())
            .updateChecksum();
        icmp.wrap(buffer, offset + EthernetHeader.LENGTH + Ipv4Header.LENGTH, MESSAGE_LENGTH)
            .init(type, 0, IDENTIFIER << 16 | sequence & 0xFFFF)
            .updateChecksum();
    }

    /** Keeps a copy of the data, as the reply must have the same. */
    private boolean isRequest(final MutableDirectBuffer buffer, final int offset, final int length, final int sequence)
    {
        if (!isEcho(buffer, offset, length, IcmpHeader.ECHO_REQUEST, sequence, answerer.host()))
        {
            return false;
        }
        request.putBytes(0, buffer, offset, length);
        return true;
    }

    private void writeReply(final MutableDirectBuffer buffer, final int offset)
    {
        buffer.putBytes(offset, request, 0, FRAME_LENGTH);
        ethernet.wrap(buffer, offset, FRAME_LENGTH)
            .destination(asker.host().mac().value()).source(answerer.host().mac().value());
        ipv4.wrap(buffer, offset + EthernetHeader.LENGTH, PACKET_LENGTH)
            .source(answerer.host().ipv4()).destination(asker.host().ipv4())
            .updateChecksum();
        icmp.wrap(buffer, offset + EthernetHeader.LENGTH + Ipv4Header.LENGTH, MESSAGE_LENGTH);
        icmp.init(IcmpHeader.ECHO_REPLY, 0, icmp.identifier() << 16 | icmp.sequence()).updateChecksum();
    }

    private boolean isReply(final MutableDirectBuffer buffer, final int offset, final int length, final int sequence)
    {
        if (!isEcho(buffer, offset, length, IcmpHeader.ECHO_REPLY, sequence, asker.host()))
        {
            return false;
        }
        for (int i = 0; i < DATA_LENGTH; i++)
        {
            if (buffer.getByte(offset + DATA_OFFSET + i) != (byte)(sequence + i))
            {
                return false;
            }
        }
        return true;
    }

    private boolean isEcho(
        final MutableDirectBuffer buffer,
        final int offset,
        final int length,
        final int type,
        final int sequence,
        final DemoHost receiver)
    {
        if (length != FRAME_LENGTH || ethernet.wrap(buffer, offset, length).etherType() != EtherType.IPV4)
        {
            return false;
        }
        ipv4.wrap(buffer, offset + EthernetHeader.LENGTH, PACKET_LENGTH);
        icmp.wrap(buffer, offset + EthernetHeader.LENGTH + Ipv4Header.LENGTH, MESSAGE_LENGTH);
        return ethernet.destination() == receiver.mac().value() &&
            ipv4.check() == DropReason.NONE && ipv4.isChecksumValid() &&
            ipv4.destination() == receiver.ipv4() && ipv4.protocol() == IpProtocol.ICMP &&
            icmp.isChecksumValid() &&
            icmp.type() == type && icmp.identifier() == IDENTIFIER && icmp.sequence() == sequence;
    }
}
